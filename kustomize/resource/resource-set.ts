import { RenderProblem } from "../kustomize-error.ts";
import { fieldOf, textNode, textOf, type YamlMap } from "../yaml/node.ts";
import { BUILD_ANNOTATIONS, NOTES, type Resource } from "./resource.ts";
import { identityOf, idText, type ResourceId, sameId } from "./resource-id.ts";

/** The objects of a build, in the order in which they were named (kustomize api/resmap/reswrangler.go). */
export class ResourceSet {
  list: Resource[] = [];

  /** Adds objects. Throws a RenderProblem when one of the same identity is there. */
  appendAll(resources: readonly Resource[]): void {
    const taken = new Set(this.list.map((present) => identityOf(present.id())));
    for (const resource of resources) {
      const id = resource.id();
      const identity = identityOf(id);
      if (taken.has(identity)) throw new RenderProblem(`${idText(id)} is there twice`);
      taken.add(identity);
      this.list.push(resource);
    }
  }

  /** Objects that are, or were once, called so. */
  byAnyId(matches: (id: ResourceId) => boolean): Resource[] {
    return this.list.filter((resource) => resource.anyIds().some(matches));
  }

  /** The one object that is, or was once, called so. Throws when there is none or more. */
  theOne(id: ResourceId): Resource {
    const [found, second] = this.byAnyId((candidate) => sameId(id, candidate));
    if (!found) throw new RenderProblem(`no resource matches the patch of ${idText(id)}`);
    if (second) throw new RenderProblem(`several resources match the patch of ${idText(id)}`);
    return found;
  }

  dropGone(): void {
    this.list = this.list.filter((resource) => !resource.isGone);
  }

  /** Takes in what a generator made: new, merged into, or in place of an object that is there. */
  absorb(made: Resource): void {
    const id = made.id();
    const behavior = made.note(NOTES.behavior);
    const [old, second] = this.byAnyId((candidate) => sameId(id, candidate));
    if (second) throw new RenderProblem(`several resources could be merged with ${idText(id)}`);
    if (!old) {
      if (behavior === "merge" || behavior === "replace") {
        throw new RenderProblem(`${idText(id)} does not exist; behavior ${behavior} needs it`);
      }
      this.appendAll([made]);
      return;
    }
    if (behavior !== "merge" && behavior !== "replace") {
      throw new RenderProblem(`${idText(id)} exists; its generator's behavior must be merge or replace`);
    }
    takeOver(made, old, behavior === "merge");
    this.list[this.list.indexOf(old)] = made;
  }
}

const ORIGIN = "config.kubernetes.io/origin";

/** Gives a generated object the metadata of the one it replaces; `withData` its data too. */
function takeOver(made: Resource, old: Resource, withData: boolean): void {
  const origin = old.note(ORIGIN);
  copyMetadata(made, old);
  if (withData) {
    for (const field of ["data", "binaryData"]) mergeData(made, old, field);
    if (origin !== undefined) made.setAnnotations(new Map(made.annotations()).set(ORIGIN, origin));
  }
}

/** What of `from` a resource takes on: its labels and annotations below its own, its name, namespace and notes. */
export function copyMetadata(to: Resource, from: Resource): void {
  to.setLabels(new Map([...from.labels(), ...to.labels()]));
  const own = to.annotations();
  const others = from.annotations();
  const annotations = new Map([...others, ...own]);
  for (const note of BUILD_ANNOTATIONS) {
    const value = others.get(note);
    if (value === undefined) annotations.delete(note);
    else annotations.set(note, value);
  }
  if (!own.has(NOTES.needsHash)) annotations.delete(NOTES.needsHash);
  to.setAnnotations(annotations);
  to.name = from.name;
  to.namespace = from.namespace;
}

function mergeData(made: Resource, old: Resource, field: string): void {
  const merged = new Map([...dataOf(old.node, field), ...dataOf(made.node, field)]);
  const node = made.node;
  if (!node) return;
  node.entries = node.entries.filter(({ key }) => key !== field);
  if (merged.size === 0) return;
  const entries = [...merged].sort(([one], [two]) => (one < two ? -1 : 1));
  node.entries.push({
    key: field,
    keyTag: "",
    value: { kind: "map", entries: entries.map(([key, value]) => ({ key, keyTag: "", value: textNode(value) })) },
  });
}

function dataOf(node: YamlMap | undefined, field: string): [string, string][] {
  const data = fieldOf(node, field);
  return data?.kind === "map" ? data.entries.map(({ key, value }) => [key, textOf(value)]) : [];
}
