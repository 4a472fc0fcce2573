import { isClusterScoped } from "./scope.ts";

/** Group, version and kind; empty parts of a selector match anything. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Some types; what is not said, or empty, matches any. */
export type TypeSelector = { readonly [K in keyof Gvk]?: string | undefined };

/** Which object: its type, name and namespace, as they stand in it or stood in it before. */
export interface ResourceId extends Gvk {
  readonly name: string;
  readonly namespace: string;
}

const NO_NAMESPACE = "_non_namespaceable_";

/** Splits an apiVersion; the core group is the empty text. */
export function groupAndVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf({ group, version }: Gvk): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Whether a type lives in no namespace, as far as kustomize knows. */
export function livesInNoNamespace(gvk: Gvk): boolean {
  return isClusterScoped(apiVersionOf(gvk), gvk.kind);
}

/** The namespace an object counts as being in: `default` when none is said, a word of its own when it lives in none. */
export function effectiveNamespace(id: ResourceId): string {
  if (livesInNoNamespace(id)) return NO_NAMESPACE;
  return id.namespace === "" ? "default" : id.namespace;
}

export function sameType(one: Gvk, other: Gvk): boolean {
  return one.group === other.group && one.version === other.version && one.kind === other.kind;
}

export function sameId(one: ResourceId, other: ResourceId): boolean {
  return sameType(one, other) && one.name === other.name && effectiveNamespace(one) === effectiveNamespace(other);
}

/** A text that objects of one identity have in common. */
export function identityOf(id: ResourceId): string {
  return [id.group, id.version, id.kind, effectiveNamespace(id), id.name].join("\0");
}

/** Whether a type is one that a selector with exact, possibly empty, parts means. */
export function isOfType(gvk: Gvk, selector: TypeSelector): boolean {
  return (
    (!selector.group || selector.group === gvk.group) &&
    (!selector.version || selector.version === gvk.version) &&
    (!selector.kind || selector.kind === gvk.kind)
  );
}

/** An object as kustomize names it in its messages: `Deployment.v1.apps/web.shop`. */
export function idText({ group, version, kind, name, namespace }: ResourceId): string {
  const type = `${kind || "[noKind]"}.${version || "[noVer]"}.${group || "[noGrp]"}`;
  return `${type}/${name || "[noName]"}.${namespace || "[noNs]"}`;
}
