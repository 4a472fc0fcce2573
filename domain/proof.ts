import type { Finding } from "./finding.ts";

/** What a cluster says of one of its nodes. */
export interface NodeFacts {
  readonly name: string;
  readonly image: string;
  readonly kubeletVersion: string;
  readonly ready: boolean;
  readonly unschedulable: boolean;
}

/** How a workload stands. */
export interface WorkloadFacts {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
}

/** What a pool has to prove, from the cluster and not from Azure's word. */
export interface ProofInput {
  readonly cluster: string;
  readonly pool: string;
  readonly image: string;
  /** The version of Kubernetes that every kubelet has to run, without a "v"; "" when the run does not change it. */
  readonly version: string;
  readonly nodes: readonly NodeFacts[];
  readonly before: readonly WorkloadFacts[];
  readonly after: readonly WorkloadFacts[];
}

/**
 * Checks that every node of a pool runs the image and the kubelet's version, is Ready and takes pods, and that every workload has at least as many ready
 * pods as before (or as it now asks for, where it was scaled down meanwhile). No findings: proven.
 */
export function provePool(input: ProofInput): Finding[] {
  const { cluster, pool, image } = input;
  const findings: Finding[] = [];
  const add = (code: string, subject: string, message: string, evidence: string[], remedy: string) =>
    findings.push({ code, severity: "blocker", subject, message, evidence, remedy, cluster });
  if (input.nodes.length === 0) {
    add(
      "PoolWithoutNodes",
      `${cluster}/${pool}`,
      `pool ${pool} has no nodes`,
      [],
      "Look at the pool's state (az aks nodepool show).",
    );
  }
  for (const node of input.nodes) {
    if (node.image !== image) {
      add(
        "ImageMismatch",
        node.name,
        `node ${node.name} runs ${node.image}, not ${image}`,
        [`kubelet ${node.kubeletVersion}`],
        "Upgrade the pool's node image again; the run's image is fixed when it is planned.",
      );
    }
    if (input.version !== "" && node.kubeletVersion.replace(/^v/, "") !== input.version) {
      add(
        "KubeletVersionMismatch",
        node.name,
        `the kubelet of node ${node.name} runs ${node.kubeletVersion}, not v${input.version}`,
        [`image ${node.image}`],
        "Upgrade the pool again (az aks nodepool upgrade); a kubelet of another version is a node that was not replaced.",
      );
    }
    if (!node.ready)
      add(
        "NodeNotReady",
        node.name,
        `node ${node.name} is not Ready`,
        [],
        "kubectl describe node names the condition; replace the node if it does not recover.",
      );
    if (node.unschedulable)
      add("NodeCordoned", node.name, `node ${node.name} is cordoned`, [], "Uncordon it once you know who cordoned it.");
  }
  const after = new Map(input.after.map((workload) => [keyOf(workload), workload]));
  for (const before of input.before) {
    const now = after.get(keyOf(before));
    const wanted = Math.min(before.ready, now?.desired ?? 0);
    // A workload that somebody removed during the run is nobody's regression.
    if (!now || now.ready >= wanted) continue;
    add(
      "WorkloadWorse",
      keyOf(before),
      `${keyOf(before)} has ${now.ready} ready pods, it had ${before.ready}`,
      [`desired ${now.desired}`],
      "kubectl describe its pods; the run halts and the old nodes are brought back where they still are.",
    );
  }
  return findings;
}

function keyOf(workload: WorkloadFacts): string {
  return `${workload.kind}/${workload.namespace}/${workload.name}`;
}
