import { textAt } from "../objects/fields.ts";
import type { FleetObject } from "../objects/fleet-object.ts";
import type { ClusterEntry } from "./cluster-entry.ts";
import type { FluxReference, UnitProblem } from "./cluster-tree.ts";
import { SOURCE_GROUP } from "./flux-specs.ts";
import { repositoryIdentity, shownUrl } from "./repository-url.ts";

/** What is known of the checkout, to tell whether a source is it. */
interface SourceGround {
  readonly entry: ClusterEntry;
  readonly objects: readonly FleetObject[];
  /** URLs that the checkout is known by. */
  readonly origins: readonly string[];
}

/**
 * Whether a source is this checkout: by the name of the source that the cluster begins with, or by a URL that
 * the checkout is known by. Anything else is external, and never guessed at. Null when it is.
 */
export function judgeSource(
  { kind, namespace: place, name }: FluxReference,
  { entry, objects, origins }: SourceGround,
): UnitProblem | null {
  const source = objects.find(
    (object) =>
      object.group === SOURCE_GROUP && object.kind === kind && object.name === name && object.namespace === place,
  );
  if (isFirstSource(entry, kind, name)) return null;
  if (!source) {
    // A Flux configuration of AKS makes its source itself, under a name that only Azure knows.
    if (entry.sync === null && kind === "GitRepository") return null;
    return { kind: "sourceMissing", source: { kind, namespace: place, name } };
  }
  const url = textAt(source.body, "spec", "url") ?? "";
  const known = [...origins, ...(entry.url === null ? [] : [entry.url])].map(repositoryIdentity);
  return known.includes(repositoryIdentity(url)) ? null : { kind: "external", url: shownUrl(url) || `${kind} ${name}` };
}

/** Whether a source is the one that the cluster begins with. */
export function isFirstSource({ sync }: ClusterEntry, kind: string, name: string): boolean {
  return textAt(sync?.spec, "sourceRef", "kind") === kind && textAt(sync?.spec, "sourceRef", "name") === name;
}
