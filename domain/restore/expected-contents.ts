import type { BackupInstance, RestoreScope } from "./backup-provider.ts";

/** An object of a cluster, as far as its restore is judged. */
export interface ClusterObject {
  readonly kind: string;
  /** "" for what belongs to no namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: string;
  /** Whether another object made it: it comes back by its owner, not by the restore. */
  readonly isOwned: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Pods that it wants, for a workload; null for anything else. */
  readonly desired: number | null;
  /** Pods that are ready, for a workload; null for anything else. */
  readonly ready: number | null;
  /** `Bound` and so on, of a claim; null for anything else. */
  readonly phase: string | null;
}

/** Namespaces that services leave out of backups, because each cluster has its own. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "dataprotection-microsoft",
  "gatekeeper-system",
  "calico-system",
  "tigera-operator",
  "velero",
]);
/** Objects that every namespace gets by itself. */
const BY_ITSELF: ReadonlySet<string> = new Set(["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"]);
/** Kinds that come and go, or that a restore leaves out on purpose. */
const NOT_JUDGED: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "Event", "Endpoints", "EndpointSlice", "Job"]);

/**
 * What a recovery point should hold, told from the cluster as it is now: what existed when the point was taken, in the
 * namespaces that the backup covers and the restore asks for. What was deleted since is not expected; it may come back.
 */
export function expectedContents(
  objects: readonly ClusterObject[],
  { instance, scope, takenAt }: { instance: BackupInstance; scope: RestoreScope; takenAt: string },
): ClusterObject[] {
  const takenMs = Date.parse(takenAt);
  const excludedKinds = new Set(scope.excludedResources.map(kindOf));
  const includedKinds = new Set(scope.includedResources.map(kindOf));
  return objects
    .filter(({ createdAt }) => Date.parse(createdAt) <= takenMs)
    .filter(({ isOwned, kind, name }) => !isOwned && !NOT_JUDGED.has(kind) && !BY_ITSELF.has(`${kind}/${name}`))
    .filter((object) => isCovered(namespaceOf(object), instance) && isCovered(namespaceOf(object), scope))
    .filter(({ kind, labels }) => kind === "Namespace" || carries(labels, scope.labelSelectors))
    .filter(({ kind }) => kind === "Namespace" || !matchesKind(excludedKinds, kind))
    .filter(({ kind }) => kind === "Namespace" || includedKinds.size === 0 || matchesKind(includedKinds, kind));
}

/** The namespace that an object belongs to, or is; "" for what belongs to none. */
function namespaceOf({ kind, namespace, name }: ClusterObject): string {
  return kind === "Namespace" ? name : namespace;
}

/** Cluster-wide objects are no part of the judgement: a fresh cluster has its own. */
function isCovered(
  namespace: string,
  { includedNamespaces, excludedNamespaces }: Pick<RestoreScope, "includedNamespaces" | "excludedNamespaces">,
): boolean {
  if (namespace === "" || SYSTEM_NAMESPACES.has(namespace) || excludedNamespaces.includes(namespace)) return false;
  return includedNamespaces.length === 0 || includedNamespaces.includes(namespace);
}

function carries(labels: Readonly<Record<string, string>>, selectors: readonly string[]): boolean {
  return selectors.every((selector) => {
    const [key = "", value = ""] = selector.split("=", 2);
    return labels[key] === value;
  });
}

/** `apps/v1/Deployment`, `deployments.apps` and `Deployment` name the same kind. */
function kindOf(type: string): string {
  const last = type.includes("/") ? (type.split("/").at(-1) ?? "") : (type.split(".")[0] ?? "");
  return last.toLowerCase();
}

function matchesKind(types: ReadonlySet<string>, kind: string): boolean {
  const singular = kind.toLowerCase();
  const plural = /(?:s|x|ch)$/.test(singular)
    ? `${singular}es`
    : singular.endsWith("y")
      ? `${singular.slice(0, -1)}ies`
      : `${singular}s`;
  return types.has(singular) || types.has(plural);
}
