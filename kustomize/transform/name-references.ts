import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import type { NameReference } from "../fields/name-references.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { NOTES, type Resource } from "../resource/resource.ts";
import {
  effectiveNamespace,
  type Gvk,
  isOfType,
  livesInNoNamespace,
  type ResourceId,
} from "../resource/resource-id.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import {
  bareNode,
  fieldOf,
  isMissing,
  nodeAt,
  setField,
  setScalar,
  textOf,
  type YamlMap,
  type YamlNode,
} from "../yaml/node.ts";

/** Where an object is, read once: names change in references only while these are followed. */
interface Place {
  readonly resource: Resource;
  readonly previous: readonly ResourceId[];
  readonly original: ResourceId;
  /** The namespace it counts as being in; undefined when it lives in none. */
  readonly namespace: string | undefined;
}

/** Objects by what they were called before. */
interface Renamed {
  readonly places: readonly Place[];
  readonly byName: ReadonlyMap<string, readonly Place[]>;
}

/** One field that may name an object, in one object that has it. */
interface Reference {
  readonly referrer: Place;
  readonly renamed: Renamed;
  readonly target: Gvk;
  readonly spec: FieldSpec;
}

/**
 * Lets fields that name other objects follow when those were renamed or moved (kustomize api/filters/nameref). Throws a
 * RenderProblem when a name can mean several.
 */
export function followNames(set: ResourceSet, references: readonly NameReference[]): void {
  const places = set.list.map(placeOf);
  const byName = new Map<string, Place[]>();
  for (const place of places) {
    for (const name of new Set(place.previous.map((id) => id.name))) {
      byName.set(name, [...(byName.get(name) ?? []), place]);
    }
  }
  const renamed = { places, byName };
  const specs = references.flatMap(({ fieldSpecs, ...target }) =>
    fieldSpecs.map((spec) => ({ target: typeOf(target), spec })),
  );
  const byKind = Map.groupBy(specs, ({ spec }) => spec.kind ?? "");
  for (const referrer of byName.size === 0 ? [] : places) {
    const mine = referrer.original.kind;
    const concerned = [...(byKind.get(mine) ?? []), ...(mine === "" ? [] : (byKind.get("") ?? []))];
    for (const { target, spec } of concerned) {
      const { group, version } = spec;
      if (isOfType(referrer.original, { group, version })) follow({ referrer, renamed, target, spec });
    }
  }
}

function placeOf(resource: Resource): Place {
  const id = resource.id();
  const previous = resource.previousIds();
  const namespace = livesInNoNamespace(id) ? undefined : effectiveNamespace(id);
  return { resource, previous, original: previous[0] ?? id, namespace };
}

function typeOf({ group = "", version = "", kind = "" }: Omit<NameReference, "fieldSpecs">): Gvk {
  return { group, version, kind };
}

function follow(reference: Reference): void {
  // The type was asked of the object as it was first; it may have become another.
  const { path } = reference.spec;
  visitField(reference.referrer.resource, { path }, (node) => update(reference, node));
}

function update(reference: Reference, node: YamlNode): void {
  if (isMissing(node)) return;
  if (node.kind === "scalar") updateText(reference, node);
  else if (node.kind === "map") updateMapping(reference, node);
  else for (const item of node.items) update(reference, item);
}

function updateText(reference: Reference, node: YamlNode & { kind: "scalar" }): void {
  const found = select(reference, node.value, () => true, sameNames);
  if (!found) return;
  if (found.name !== node.value) setScalar(node, found.name);
}

function updateMapping(reference: Reference, node: YamlMap): void {
  const name = fieldOf(node, "name");
  if (name === undefined) throw new RenderProblem("a reference without name");
  const found = select(reference, textOf(name), inNamespaceOf(reference, node), samePlaces);
  if (!found || (found.name === textOf(name) && found.namespace === "")) return;
  setField(node, "name", bareNode(found.name));
  if (found.namespace !== "") setField(node, "namespace", bareNode(found.namespace));
}

/** Which objects are meant by the namespace beside a name: those that were there first, else those that are there now. */
function inNamespaceOf({ referrer, renamed }: Reference, node: YamlMap): (place: Place) => boolean {
  const namespace = fieldOf(node, "namespace");
  if (namespace === undefined) return () => true;
  const wanted = textOf(namespace);
  const reach = reachOf(referrer);
  const wasThere = (place: Place) => effectiveNamespace(place.original) === wanted;
  return renamed.places.some((place) => wasThere(place) && reach(place))
    ? wasThere
    : (place) => place.namespace === wanted;
}

/** Objects that a reference can mean at all: of its namespace, of none, and for bindings of the accounts' namespaces. */
function reachOf({ resource, namespace }: Place): (place: Place) => boolean {
  if (namespace === undefined) return () => true;
  const bound = boundNamespaces(resource);
  return (place) =>
    place.namespace === undefined || place.namespace === namespace || bound.includes(place.resource.namespace);
}

type Judge = (candidates: readonly Resource[]) => boolean;

const sameNames: Judge = (candidates) => new Set(candidates.map(({ name }) => name)).size === 1;
const samePlaces: Judge = (candidates) =>
  new Set(candidates.map(({ name, namespace }) => `${namespace}/${name}`)).size === 1;

/** The object that a name meant before, if there is one: by earlier names, type, namespace, then by prefixes alike. */
function select(
  { referrer, renamed, target, spec }: Reference,
  name: string,
  isMeant: (place: Place) => boolean,
  areSame: Judge,
): Resource | undefined {
  const known = renamed.byName.get(name);
  if (!known) return undefined;
  const role = spec.path.endsWith("roleRef/name") ? roleOf(referrer.resource) : undefined;
  const reach = reachOf(referrer);
  let found = known
    .filter((place) => {
      if (!reach(place) || !isMeant(place) || !place.previous.some((id) => isOfType(id, target))) return false;
      if (role && !place.previous.some((id) => isOfType(id, role))) return false;
      return isWithinReach(referrer, place);
    })
    .map(({ resource }) => resource);
  if (found.length === 1) return found[0];
  found = found.filter((candidate) => hasAffixesOf(candidate, referrer.resource, true));
  if (found.length > 1) found = found.filter((candidate) => hasAffixesOf(candidate, referrer.resource, false));
  if (found.length <= 1 || areSame(found)) return found[0];
  const names = found.map(String).join(", ");
  throw new RenderProblem(`${spec.path}: ${name} can mean several: ${names}`);
}

function roleOf(referrer: Resource): Gvk | undefined {
  const role = nodeAt(referrer.node, "roleRef");
  const [group, kind] = [fieldOf(role, "apiGroup"), fieldOf(role, "kind")];
  return group && kind ? { group: textOf(group), version: "", kind: textOf(kind) } : undefined;
}

function isWithinReach(referrer: Place, candidate: Place): boolean {
  if (referrer.namespace === undefined || candidate.namespace === undefined) return true;
  return candidate.resource.kind === "ServiceAccount" || referrer.namespace === candidate.namespace;
}

function hasAffixesOf(one: Resource, other: Resource, allowNone: boolean): boolean {
  return [NOTES.prefixes, NOTES.suffixes].every((note) => {
    const [left, right] = [one.listNote(note), other.listNote(note)];
    return (allowNone && (left.length === 0 || right.length === 0)) || endsAlike(left, right);
  });
}

function endsAlike(one: readonly string[], other: readonly string[]): boolean {
  const length = Math.min(one.length, other.length);
  if (length === 0) return one.length === other.length;
  return one.slice(-length).join() === other.slice(-length).join();
}

/** The namespaces of the service accounts that a RoleBinding names. */
function boundNamespaces(resource: Resource): string[] {
  if (resource.kind !== "RoleBinding") return [];
  const subjects = nodeAt(resource.node, "subjects");
  if (subjects?.kind !== "list") return [];
  return subjects.items
    .filter((subject) => textOf(fieldOf(subject, "kind")) === "ServiceAccount")
    .map((subject) => textOf(fieldOf(subject, "namespace")))
    .filter((namespace) => namespace !== "");
}
