import type { Finding } from "../finding.ts";
import type { ClusterObject } from "./expected-contents.ts";

/** What is compared after a restore. */
export interface Comparison {
  readonly cluster: string;
  /** As in the source. */
  readonly expected: readonly ClusterObject[];
  /** In the scratch cluster. */
  readonly found: readonly ClusterObject[];
  /** From the source's namespaces to the scratch cluster's. */
  readonly namespaceMappings: Readonly<Record<string, string>>;
}

/** A kind, and how many of it should be there and are. */
export interface KindCount {
  readonly kind: string;
  readonly expected: number;
  readonly found: number;
}

/** How restored contents stand against the expected ones. */
export interface ContentsVerdict {
  readonly findings: Finding[];
  readonly counts: KindCount[];
  /** What may yet come by waiting: workloads that are not ready, claims that are not bound. */
  readonly pending: string[];
}

/** Kinds of which each missing one is told by itself; of the others, how many. */
const NAMED: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "PersistentVolumeClaim",
]);
const EXAMPLES_MAX = 10;

/** Compares restored contents with expected ones. What is there in addition is no fault. */
export function compareContents(comparison: Comparison): ContentsVerdict {
  const { cluster, expected, found } = comparison;
  const mapped = expected.map((object) => moved(object, comparison.namespaceMappings));
  const there = new Map(found.map((object) => [keyOf(object), object]));
  const missing = missingOf(mapped, there);
  const counts = countKinds(mapped, missing);
  if (mapped.length > 0 && missing.length === mapped.length) {
    const message = `nothing of ${cluster} came back: the recovery point is empty, or none of it was restored`;
    const evidence = counts.map(({ kind, expected: count }) => `${kind}: 0 of ${count}`);
    const remedy = "See the restore's job, and what the backup instance is configured to hold.";
    const empty = { code: "RestoredNothing", severity: "blocker" as const, subject: cluster, cluster };
    return { findings: [{ ...empty, message, evidence, remedy }], counts, pending: [] };
  }
  const present = mapped.flatMap((object) => there.get(keyOf(object)) ?? []);
  return { findings: missingFindings(cluster, missing), counts, pending: present.flatMap(pendingOf) };
}

/**
 * What did not come back. A namespace in which nothing is of all that should be did not, either: it is there because it was
 * isolated before the restore.
 */
function missingOf(expected: readonly ClusterObject[], there: ReadonlyMap<string, ClusterObject>): ClusterObject[] {
  const isThere = (object: ClusterObject) => there.has(keyOf(object));
  const inside = Map.groupBy(
    expected.filter(({ kind }) => kind !== "Namespace"),
    ({ namespace }) => namespace,
  );
  const isAnything = [...inside.values()].flat().some(isThere);
  return expected.filter((object) => {
    if (!isThere(object)) return true;
    if (object.kind !== "Namespace") return false;
    // One that holds nothing that is judged says nothing by itself.
    return !(inside.get(object.name)?.some(isThere) ?? isAnything);
  });
}

/** What is still pending at the end of its time, as findings. */
export function pendingFindings(cluster: string, pending: readonly string[]): Finding[] {
  return pending.map((text) => {
    const isClaim = text.startsWith("PersistentVolumeClaim/");
    return {
      code: isClaim ? "ClaimNotBound" : "WorkloadNotReady",
      severity: "blocker",
      subject: text.split(" ")[0] ?? text,
      message: text,
      evidence: [],
      remedy: isClaim
        ? "kubectl describe the claim: its storage class or its snapshot is not there."
        : "kubectl describe its pods: what they lack is not in the backup.",
      cluster,
    };
  });
}

function moved(object: ClusterObject, mappings: Readonly<Record<string, string>>): ClusterObject {
  const to = (namespace: string) => mappings[namespace] ?? namespace;
  return object.kind === "Namespace"
    ? { ...object, name: to(object.name) }
    : { ...object, namespace: object.namespace === "" ? "" : to(object.namespace) };
}

function keyOf({ kind, namespace, name }: ClusterObject): string {
  return [kind, namespace, name].filter((part) => part !== "").join("/");
}

/** A missing namespace stands for all that it holds. */
function missingFindings(cluster: string, missing: readonly ClusterObject[]): Finding[] {
  const gone = new Set(missing.flatMap(({ kind, name }) => (kind === "Namespace" ? [name] : [])));
  const findings: Finding[] = [];
  const add = (code: string, subject: string, message: string, evidence: string[]) => {
    const remedy = "See whether the backup leaves it out, and the warnings of the restore's job.";
    findings.push({ code, severity: "blocker", subject, message, evidence, remedy, cluster });
  };
  for (const namespace of gone) {
    const inside = missing.filter((object) => object.namespace === namespace);
    const message = `namespace ${namespace} did not come back, with ${inside.length} objects in it`;
    add("NamespaceMissing", namespace, message, inside.slice(0, EXAMPLES_MAX).map(keyOf));
  }
  const single = missing.filter(({ kind, namespace }) => kind !== "Namespace" && !gone.has(namespace));
  for (const object of single.filter(({ kind }) => NAMED.has(kind))) {
    add("ObjectMissing", keyOf(object), `${keyOf(object)} did not come back`, []);
  }
  const others = Map.groupBy(
    single.filter(({ kind }) => !NAMED.has(kind)),
    ({ kind, namespace }) => `${kind} objects of ${namespace}`,
  );
  for (const [what, objects] of others) {
    const names = objects.slice(0, EXAMPLES_MAX).map(({ name }) => name);
    add("ObjectsMissing", what, `${objects.length} ${what} did not come back`, names);
  }
  return findings;
}

function countKinds(expected: readonly ClusterObject[], missing: readonly ClusterObject[]): KindCount[] {
  const gone = Map.groupBy(missing, ({ kind }) => kind);
  return [...Map.groupBy(expected, ({ kind }) => kind)]
    .map(([kind, all]) => ({ kind, expected: all.length, found: all.length - (gone.get(kind)?.length ?? 0) }))
    .sort((left, right) => (left.kind < right.kind ? -1 : 1));
}

function pendingOf(object: ClusterObject): string[] {
  const { kind, desired, ready, phase } = object;
  if (kind === "PersistentVolumeClaim") return phase === "Bound" ? [] : [`${keyOf(object)} is ${phase ?? "not bound"}`];
  if (desired === null || (ready ?? 0) >= desired) return [];
  return [`${keyOf(object)} has ${ready ?? 0} of ${desired} ready pods`];
}
