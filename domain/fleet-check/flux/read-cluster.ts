import { fieldsAt } from "../objects/fields.ts";
import { type FleetObject, keyText, type RenderedObject } from "../objects/fleet-object.ts";
import { cleanPath } from "../objects/paths.ts";
import type { FluxRenderer, RenderProblem } from "../renderer.ts";
import type { ClusterEntry } from "./cluster-entry.ts";
import type { ClusterTree, FluxReference, Unit, UnitProblem } from "./cluster-tree.ts";
import { originOfArtifact } from "./external-artifact.ts";
import { KUSTOMIZE_GROUP, type KustomizationSpec, kustomizationSchema } from "./flux-specs.ts";
import { isFirstSource, judgeSource } from "./judge-source.ts";
import { placeholdersOf, type Variables, variablesOf } from "./variables.ts";

/** What a cluster is read from. */
export interface ReadingGround {
  /** Every folder that has a file in or below it; the root is the empty text. */
  readonly folders: ReadonlySet<string>;
  /** Finds where a rendered object was written; what clusters share is one object for all of them. */
  readonly objectOf: (rendered: RenderedObject) => FleetObject;
  readonly renderer: FluxRenderer;
  /** URLs that the checkout is known by. */
  readonly origins: readonly string[];
}

/** A unit that is still to be read. */
interface Waiting {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly parent: string | null;
  readonly object: FleetObject | null;
  readonly spec: KustomizationSpec | null;
  readonly invalid: string | null;
}

/**
 * Reads all that a cluster is told to be, following Kustomizations from where it begins. A unit whose variables come from an
 * object that another unit brings is read after that.
 */
export function readCluster(ground: ReadingGround, entry: ClusterEntry): ClusterTree {
  const reader = new ClusterReader(ground, entry);
  return { name: entry.name, path: entry.path, appliesItself: entry.sync !== null, units: reader.read() };
}

class ClusterReader {
  readonly #ground: ReadingGround;
  readonly #entry: ClusterEntry;
  readonly #units = new Map<string, Unit>();
  readonly #objects: FleetObject[] = [];
  readonly #named = new Map<string, FleetObject>();
  readonly #seen = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(ground: ReadingGround, entry: ClusterEntry) {
    this.#ground = ground;
    this.#entry = entry;
  }

  read(): Unit[] {
    this.#waiting = [this.#first()];
    while (this.#waiting.length > 0) {
      const ready = this.#waiting.findIndex((waiting) => this.#canRead(waiting));
      const [next] = this.#waiting.splice(Math.max(0, ready), 1);
      if (next) this.#readUnit(next);
    }
    return [...this.#units.values()];
  }

  #first(): Waiting {
    const { sync, path } = this.#entry;
    const none = { parent: null, object: null, invalid: null };
    if (!sync) return { ...none, key: path || ".", name: path || ".", namespace: "flux-system", spec: null };
    const key = keyText(sync.namespace, sync.name);
    this.#seen.add(key);
    const parsed = kustomizationSchema.safeParse(sync.spec);
    return { ...none, key, name: sync.name, namespace: sync.namespace, spec: parsed.success ? parsed.data : null };
  }

  /** Whether its source and all objects that its variables come from are there. */
  #canRead({ spec, namespace, parent }: Waiting): boolean {
    if (!spec) return true;
    const { kind, name, namespace: place = namespace } = spec.sourceRef;
    if (parent !== null && !isFirstSource(this.#entry, kind, name) && !this.#find(kind, place, name)) return false;
    const sources = spec.postBuild?.substituteFrom ?? [];
    return sources.every(({ kind, name }) => this.#find(kind, namespace, name) !== undefined);
  }

  #find(kind: string, namespace: string, name: string): FleetObject | undefined {
    return this.#named.get(`${kind} ${namespace}/${name}`);
  }

  #readUnit(waiting: Waiting): void {
    const { spec, key, name, namespace, parent, object } = waiting;
    const { path, source } = this.#located(waiting);
    const dependsOn = (spec?.dependsOn ?? []).map((other) => keyText(other.namespace ?? namespace, other.name));
    const base = { key, name, namespace, parent, object, spec, path, dependsOn };
    const problem = this.#problemBefore(waiting, path, source);
    if (problem || path === null) {
      this.#units.set(key, { ...base, objects: [], problem, remotes: [], unset: new Map() });
      return;
    }
    const { renderer, objectOf } = this.#ground;
    const outcome = renderer.render({ path, spec: object || spec ? this.#specFields(waiting) : {} });
    const variables = spec && variablesOf(spec, namespace, (kind, place, wanted) => this.#find(kind, place, wanted));
    const { rendered, failure, unset } = substituted(renderer, outcome.objects, variables);
    const objects = rendered.map(objectOf);
    const unsetIn = new Map([...unset].map(([variable, each]) => [variable, objectOf(each)]));
    const failed = outcome.problem ?? failure;
    this.#units.set(key, {
      ...base,
      objects,
      problem: failed && { kind: "unrendered", problem: failed },
      remotes: outcome.remotes,
      unset: unsetIn,
    });
    for (const each of objects) this.#take(each, key);
  }

  #specFields({ object }: Waiting) {
    return object ? fieldsAt(object.body, "spec") : (this.#entry.sync?.spec ?? {});
  }

  /** The folder and source of a unit; through an artifact that is copied from a source, those that it is copied from. */
  #located({ spec, parent, namespace }: Waiting): { path: string | null; source: FluxReference | null } {
    if (!spec) return { path: parent === null ? this.#entry.path : null, source: null };
    const { kind, name, namespace: place = namespace } = spec.sourceRef;
    const own = { path: cleanPath(spec.path), source: { kind, namespace: place, name } };
    if (kind !== "ExternalArtifact") return own;
    return originOfArtifact(own.source, own.path, this.#objects) ?? own;
  }

  /** What keeps a unit from being read at all. */
  #problemBefore(
    { spec, parent, invalid }: Waiting,
    path: string | null,
    source: FluxReference | null,
  ): UnitProblem | null {
    if (invalid !== null) return { kind: "invalid", message: invalid };
    if (spec?.suspend) return { kind: "suspended" };
    if (spec?.kubeConfig !== undefined) return { kind: "remoteCluster" };
    if (source && parent !== null) {
      const { origins } = this.#ground;
      const problem = judgeSource(source, { entry: this.#entry, objects: this.#objects, origins });
      if (problem) return problem;
    }
    return path !== null && this.#ground.folders.has(path) ? null : { kind: "pathMissing", path: path ?? "" };
  }

  #take(object: FleetObject, parent: string): void {
    this.#objects.push(object);
    this.#named.set(`${object.kind} ${keyText(object.namespace, object.name)}`, object);
    if (object.kind !== "Kustomization" || object.group !== KUSTOMIZE_GROUP) return;
    const namespace = object.namespace ?? "default";
    const key = keyText(namespace, object.name);
    const unit = this.#units.get(key);
    // The first unit is among its own objects.
    if (unit && !unit.object) this.#units.set(key, { ...unit, object });
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const parsed = kustomizationSchema.safeParse(object.body.spec);
    const invalid = parsed.success ? null : mistakeIn(parsed.error.issues);
    const spec = parsed.success ? parsed.data : null;
    this.#waiting.push({ key, name: object.name, namespace, parent, object, spec, invalid });
  }
}

/** The first thing that is wrong with a spec. */
export function mistakeIn(issues: ReadonlyArray<{ path: PropertyKey[]; message: string }>): string {
  const [first] = issues;
  return first ? `spec.${first.path.join(".")}: ${first.message}` : "the spec cannot be read";
}

interface Substituted {
  readonly rendered: readonly RenderedObject[];
  readonly failure: RenderProblem | null;
  readonly unset: ReadonlyMap<string, RenderedObject>;
}

function substituted(
  renderer: FluxRenderer,
  objects: readonly RenderedObject[],
  variables: Variables | null,
): Substituted {
  const unset = new Map<string, RenderedObject>();
  // Flux leaves everything as it is when there is no variable at all.
  if (!variables || (variables.known.size === 0 && !variables.isOpen)) {
    return { rendered: objects, failure: null, unset };
  }
  let failure: RenderProblem | null = null;
  const rendered = objects.map((object) => {
    const placeholders = placeholdersOf(object);
    if (placeholders.size === 0) return object;
    const values = new Map(variables.known);
    for (const [name, hasDefault] of placeholders) {
      if (values.has(name) || hasDefault) continue;
      if (variables.isOpen) values.set(name, `\${${name}}`);
      else unset.set(name, object);
    }
    const result = renderer.substitute(object, values);
    if (typeof result !== "string") return result;
    failure ??= { file: object.file, line: 1, message: result, isOurLimit: false };
    return object;
  });
  return { rendered, failure, unset };
}
