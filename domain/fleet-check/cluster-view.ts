import type { Severity } from "../finding.ts";
import type { ClusterTree, OwnedObject, Release, Unit } from "./flux/cluster-tree.ts";
import { releasesOf } from "./flux/releases.ts";
import { KNOWN_CHARTS } from "./known/charts.ts";
import type { FleetObject } from "./objects/fleet-object.ts";

/** A file with which a cluster is prepared before Flux begins. */
export interface BootstrapFile {
  readonly file: string;
  readonly text: string;
}

/** A cluster as rules look at it. */
export class ClusterView {
  readonly tree: ClusterTree;
  readonly #bootstrap: readonly BootstrapFile[];
  readonly releases: readonly Release[];
  readonly objects: readonly OwnedObject[];
  readonly #byKind = new Map<string, OwnedObject[]>();
  readonly #byName = new Map<string, OwnedObject>();
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #before = new Map<string, ReadonlySet<string>>();

  constructor(tree: ClusterTree, bootstrap: readonly BootstrapFile[] = []) {
    this.tree = tree;
    this.#bootstrap = bootstrap;
    this.#units = new Map(tree.units.map((unit) => [unit.key, unit]));
    this.objects = tree.units.flatMap((unit) => unit.objects.map((object) => ({ object, unit })));
    for (const owned of this.objects) {
      const { kind, namespace, name } = owned.object;
      const ofKind = this.#byKind.get(kind);
      if (ofKind) ofKind.push(owned);
      else this.#byKind.set(kind, [owned]);
      const key = `${kind} ${namespace ?? ""}/${name}`;
      if (!this.#byName.has(key)) this.#byName.set(key, owned);
    }
    this.releases = releasesOf(this.kind("HelmRelease"), (kind, namespace, name) => this.find(kind, namespace, name));
  }

  get units(): readonly Unit[] {
    return this.tree.units;
  }

  unit(key: string): Unit | undefined {
    return this.#units.get(key);
  }

  /** All objects of a kind. */
  kind(kind: string): readonly OwnedObject[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** The object of a kind and name; `namespace` null for what lies in none. */
  find(kind: string, namespace: string | null, name: string): OwnedObject | undefined {
    return this.#byName.get(`${kind} ${namespace ?? ""}/${name}`);
  }

  /**
   * Whether all of a unit is applied only after another one: it depends on it, directly or not, or is among its objects, or
   * what it is among is.
   */
  isAfter(unit: Unit, other: Unit): boolean {
    return this.#unitsBefore(unit.key).has(other.key);
  }

  #unitsBefore(key: string): ReadonlySet<string> {
    const known = this.#before.get(key);
    if (known) return known;
    const found = new Set<string>();
    const open = [key];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const unit = this.#units.get(next);
      for (const before of unit ? [...unit.dependsOn, ...(unit.parent === null ? [] : [unit.parent])] : []) {
        if (found.has(before)) continue;
        found.add(before);
        open.push(before);
      }
    }
    this.#before.set(key, found);
    return found;
  }

  /** The file of the bootstrap that names one of these, and so may bring it before Flux begins; undefined when none does. */
  bootstrapNaming(names: readonly string[]): string | undefined {
    const patterns = names.map(
      (name) => new RegExp(`(?:^|[^\\w.-])${name.replace(/[^\w-]/g, "\\$&")}(?:$|[^\\w-])`, "m"),
    );
    return this.#bootstrap.find(({ text }) => patterns.some((pattern) => pattern.test(text)))?.file;
  }

  /** Whether something that cannot be read here comes before a unit. */
  isAfterUnknown(unit: Unit): boolean {
    return this.units.some((other) => {
      if (!other.problem && other.remotes.length === 0) return false;
      const parent = other.parent === null ? undefined : this.unit(other.parent);
      return (
        other === unit ||
        this.isAfter(unit, other) ||
        (parent?.parent !== null && parent !== undefined && this.isAfter(unit, parent))
      );
    });
  }

  /** What could bring anything, as it cannot be read here: units of other repositories, generators of objects. */
  get unknowns(): readonly string[] {
    this.#unknowns ??= [
      ...this.units.flatMap((unit) => {
        if (unit.problem && unit.problem.kind !== "remoteCluster") return [`${unit.key} is not known in full`];
        return unit.remotes.map((remote) => `${unit.key} takes in ${remote.url}`);
      }),
      ...this.kind("ResourceSet").map(({ object }) => `ResourceSet ${object.name} makes objects`),
    ];
    return this.#unknowns;
  }
  #unknowns: readonly string[] | undefined;

  /** Charts of which it is not known what they bring. */
  get unknownCharts(): readonly Release[] {
    return this.releases.filter(({ chart }) => chart === null || !Object.hasOwn(KNOWN_CHARTS, chart));
  }

  /**
   * How grave it is that nothing in Git brings something: a blocker, or a warning where something that cannot be read here could
   * bring it after all.
   */
  gravityOfMissing(others: ReadonlyArray<Release | OwnedObject> = []): Severity {
    return this.unknowns.length === 0 && others.length === 0 ? "blocker" : "warning";
  }

  /** What could bring a missing thing, for evidence; at most three. */
  candidatesText(others: ReadonlyArray<Release | OwnedObject> = []): string[] {
    const charts = others.map((other) => candidateText(other.object));
    return [...this.unknowns, ...charts].slice(0, 3).map((text) => `could come from what is not read here: ${text}`);
  }
}

function candidateText({ kind, namespace, name }: FleetObject): string {
  return `${kind} ${namespace ?? ""}/${name}`;
}
