import type { ClusterFacts } from "./cluster-facts.ts";
import type { Finding } from "./finding.ts";

/** Clusters that a finding about many names. */
const NAMED_CLUSTERS = 20;

/** The finding of a cluster that could not be looked at. */
export function clusterUnreachable(cluster: string, why: string): Finding {
  return ofCluster("ClusterUnreachable", cluster, {
    message: `${cluster} cannot be seen: ${why}`,
    remedy: "Check the resource id in fleet.yaml and the app's role on the cluster; the next run takes it up again.",
  });
}

/** The finding of a stopped cluster. */
export function clusterStopped(cluster: string): Finding {
  return ofCluster("ClusterStopped", cluster, {
    message: `${cluster} is stopped`,
    remedy: "Start the cluster; the next run takes it up again.",
  });
}

/** The finding of a name that fleet.yaml does not know. */
export function clusterNotInFleet(target: string): Finding {
  return {
    code: "ClusterNotInFleet",
    severity: "warning",
    subject: target,
    message: `${target} was asked for and is not a cluster of fleet.yaml`,
    evidence: [],
    remedy: "Check the name, or add the cluster to fleet.yaml, and start the run again.",
    cluster: null,
  };
}

/** The finding of a stopped pool that is behind. */
export function poolStopped(
  { name: cluster }: ClusterFacts,
  pool: { readonly name: string; readonly fromImage: string; readonly toImage: string },
): Finding {
  return {
    code: "PoolStopped",
    severity: "warning",
    subject: `${cluster}/${pool.name}`,
    message: `pool ${pool.name} of ${cluster} is stopped and was left alone`,
    evidence: [`image ${pool.fromImage}, newest ${pool.toImage}`],
    remedy: "Start the pool; the next run takes it up again.",
    cluster,
  };
}

/** The finding of a pool of which Azure names no newest image. */
export function newestImageUnknown({ name: cluster }: ClusterFacts, pool: ClusterFacts["pools"][number]): Finding {
  return {
    code: "NewestImageUnknown",
    severity: "warning",
    subject: `${cluster}/${pool.name}`,
    message: `Azure does not say which image is the newest for pool ${pool.name} of ${cluster}; it was left alone`,
    evidence: [`image ${pool.nodeImageVersion}, ${pool.osType} ${pool.osSku}`],
    remedy: "Look at the pool's upgrade profile (az aks nodepool get-upgrades); the next run asks again.",
    cluster,
  };
}

/** The run's choice is not out in the cluster's region yet: the cluster waits, so that one run uses one of each. */
export function notOutYet(
  { name: cluster, location }: ClusterFacts,
  subject: string,
  chosen: string,
  offered: string,
): Finding {
  return {
    code: "NotOutInRegion",
    severity: "info",
    subject,
    message: `${chosen} is not out in ${location} yet; ${subject} waits for it`,
    evidence: [`offered there: ${offered}`],
    remedy: "Nothing has to be done: the next run takes it up again.",
    cluster,
  };
}

/** Something newer is there that fleet.yaml only wants to be told of, or pins on purpose; one finding for all clusters. */
export function newerIsThere(
  what: string,
  word: "notify" | "never" | "not asked for" | "declined",
  clusters: readonly string[],
): Finding {
  const count = clusters.length === 1 ? "one cluster" : `${clusters.length} clusters`;
  const why: Readonly<Record<typeof word, string>> = {
    notify: "fleet.yaml asks to be told, not to upgrade",
    never: "fleet.yaml pins them on purpose",
    "not asked for": "this run was not asked for it",
    declined: "it was declined, and searches ask again when something newer is out",
  };
  return {
    code: word === "never" ? "PinnedOnPurpose" : "UpgradeAvailable",
    severity: "info",
    subject: what,
    message: `${what} is offered for ${count}; ${why[word]}`,
    evidence: clusters.slice(0, NAMED_CLUSTERS),
    remedy:
      word === "declined"
        ? "drydock run upgrade asks for it again."
        : "Change upgrades of the ring in fleet.yaml when it is wanted.",
    cluster: null,
  };
}

function ofCluster(
  code: string,
  cluster: string,
  said: { readonly message: string; readonly remedy: string },
): Finding {
  return { code, severity: "warning", subject: cluster, ...said, evidence: [], cluster };
}
