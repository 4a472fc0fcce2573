import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import type { NameReference } from "../fields/name-references.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { NOTES, type Resource } from "../resource/resource.ts";
import { effectiveNamespace, type Gvk, isOfType, livesInNoNamespace } from "../resource/resource-id.ts";
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

/** One field that may name an object, in one object that has it. */
interface Reference {
  readonly referrer: Resource;
  readonly candidates: readonly Resource[];
  readonly target: Gvk;
  readonly spec: FieldSpec;
}

/**
 * Lets fields that name other objects follow when those were renamed or moved (kustomize api/filters/nameref). Throws a
 * RenderProblem when a name can mean several.
 */
export function followNames(set: ResourceSet, references: readonly NameReference[]): void {
  const originals = set.list.map((resource) => ({ resource, id: resource.originalId() }));
  for (const { resource: referrer, id } of originals) {
    const candidates = set.reachableFrom(referrer);
    for (const { fieldSpecs, ...target } of references) {
      for (const spec of fieldSpecs) {
        if (!isOfType(id, { group: spec.group ?? "", version: spec.version ?? "", kind: spec.kind ?? "" })) continue;
        follow({ referrer, candidates, target: typeOf(target), spec });
      }
    }
  }
}

function typeOf({ group = "", version = "", kind = "" }: Omit<NameReference, "fieldSpecs">): Gvk {
  return { group, version, kind };
}

function follow(reference: Reference): void {
  // The type was asked of the object as it was first; it may have become another.
  const { path } = reference.spec;
  visitField(reference.referrer, { path }, (node) => update(reference, node));
}

function update(reference: Reference, node: YamlNode): void {
  if (isMissing(node)) return;
  if (node.kind === "scalar") updateText(reference, node);
  else if (node.kind === "map") updateMapping(reference, node);
  else for (const item of node.items) update(reference, item);
}

function updateText(reference: Reference, node: YamlNode & { kind: "scalar" }): void {
  const found = select(reference, node.value, reference.candidates, sameNames);
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

function inNamespaceOf({ candidates }: Reference, node: YamlMap): readonly Resource[] {
  const namespace = fieldOf(node, "namespace");
  if (namespace === undefined) return candidates;
  const wanted = textOf(namespace);
  const before = candidates.filter((candidate) => effectiveNamespace(candidate.originalId()) === wanted);
  if (before.length > 0) return before;
  return candidates.filter((candidate) => effectiveNamespace(candidate.id()) === wanted);
}

type Judge = (candidates: readonly Resource[]) => boolean;

const sameNames: Judge = (candidates) => new Set(candidates.map(({ name }) => name)).size === 1;
const samePlaces: Judge = (candidates) =>
  new Set(candidates.map(({ name, namespace }) => `${namespace}/${name}`)).size === 1;

/** The object that a name meant before, if there is one: by earlier names, type, namespace, then by prefixes alike. */
function select(
  { referrer, target, spec }: Reference,
  name: string,
  candidates: readonly Resource[],
  areSame: Judge,
): Resource | undefined {
  const role = spec.path.endsWith("roleRef/name") ? roleOf(referrer) : undefined;
  let found = candidates.filter((candidate) => {
    const ids = candidate.previousIds();
    if (!ids.some((id) => id.name === name) || !ids.some((id) => isOfType(id, target))) return false;
    if (role && !ids.some((id) => isOfType(id, role))) return false;
    return isWithinReach(referrer, candidate);
  });
  if (found.length === 1) return found[0];
  found = found.filter((candidate) => hasAffixesOf(candidate, referrer, true));
  if (found.length > 1) found = found.filter((candidate) => hasAffixesOf(candidate, referrer, false));
  if (found.length <= 1 || areSame(found)) return found[0];
  const names = found.map(String).join(", ");
  throw new RenderProblem(`${referrer}: ${spec.path}: ${name} can mean several: ${names}`);
}

function roleOf(referrer: Resource): Gvk | undefined {
  const role = nodeAt(referrer.node, "roleRef");
  const [group, kind] = [fieldOf(role, "apiGroup"), fieldOf(role, "kind")];
  return group && kind ? { group: textOf(group), version: "", kind: textOf(kind) } : undefined;
}

function isWithinReach(referrer: Resource, candidate: Resource): boolean {
  const id = referrer.id();
  if (livesInNoNamespace(id) || livesInNoNamespace(candidate.id()) || candidate.kind === "ServiceAccount") return true;
  return effectiveNamespace(id) === effectiveNamespace(candidate.id());
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
