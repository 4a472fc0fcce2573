import { z } from "zod";
import type { NodeCapacity, VolumeFacts } from "../../domain/preflight/placement/scheduling-facts.ts";
import { nodeTermsOf, nodeTermsShape, resourcesOf } from "./scheduling-facts.ts";

/** Label that AKS gives a node with the name of its pool. */
const POOL_LABEL = "kubernetes.azure.com/agentpool";
const ZONE_LABEL = "topology.kubernetes.io/zone";
/** Label by which the Azure disk driver binds disks to zones. */
const DISK_ZONE_LABEL = "topology.disk.csi.azure.com/zone";
/** A cordon, which the node says of itself too. */
const CORDON_TAINT = "node.kubernetes.io/unschedulable";

const quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish();

const nodeShape = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
  spec: z
    .object({
      unschedulable: z.boolean().nullish(),
      taints: z.array(z.object({ key: z.string(), value: z.string().nullish(), effect: z.string() })).nullish(),
    })
    .nullish(),
  status: z
    .object({
      allocatable: quantities,
      capacity: quantities,
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
      nodeInfo: z.object({ kubeletVersion: z.string() }).nullish(),
    })
    .nullish(),
});

/** What a placement needs of a node. Throws a ZodError for what is no node. */
export function nodeCapacity(value: unknown): NodeCapacity {
  const { metadata, spec, status } = nodeShape.parse(value);
  const labels = withDiskZone(metadata.labels ?? {});
  return {
    name: metadata.name,
    pool: labels[POOL_LABEL] ?? labels.agentpool ?? "",
    labels,
    taints: (spec?.taints ?? [])
      .filter(({ key }) => key !== CORDON_TAINT)
      .map(({ key, value: text, effect }) => ({ key, value: text ?? "", effect })),
    allocatable: resourcesOf(status?.allocatable),
    capacity: resourcesOf(status?.capacity),
    ready: (status?.conditions ?? []).some(({ type, status: state }) => type === "Ready" && state === "True"),
    unschedulable: spec?.unschedulable === true,
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? "",
  };
}

/** The disk driver sets its label after a node has joined: to the zone, and to nothing where there are none. */
function withDiskZone(labels: Readonly<Record<string, string>>): Record<string, string> {
  const zone = labels[ZONE_LABEL];
  if (zone === undefined || labels[DISK_ZONE_LABEL] !== undefined) return labels;
  return { ...labels, [DISK_ZONE_LABEL]: /^\d+$/.test(zone) ? "" : zone };
}

const volumeShape = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    claimRef: z.object({ namespace: z.string().nullish(), name: z.string().nullish() }).nullish(),
    nodeAffinity: z.object({ required: z.object({ nodeSelectorTerms: nodeTermsShape }).nullish() }).nullish(),
  }),
});

/** What a placement needs of a PersistentVolume; none for one that nobody claims. Throws a ZodError for what is none. */
export function volumeFacts(value: unknown): VolumeFacts[] {
  const { metadata, spec } = volumeShape.parse(value);
  const { claimRef, nodeAffinity } = spec;
  if (!claimRef?.name) return [];
  const terms = nodeAffinity?.required?.nodeSelectorTerms;
  return [
    {
      name: metadata.name,
      claim: `${claimRef.namespace ?? ""}/${claimRef.name}`,
      nodeTerms: terms === undefined ? null : nodeTermsOf(terms),
    },
  ];
}
