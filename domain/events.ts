import { z } from "zod";

/** An event of AKS, whichever schema it came in. */
export interface FleetEvent {
  readonly id: string;
  readonly type: string;
  /** Resource id of the cluster, as the sender wrote it. */
  readonly source: string;
  readonly time: string;
  readonly data: unknown;
}

const eventGridSchema = z.object({
  id: z.string().min(1),
  topic: z.string().min(1),
  eventType: z.string().min(1),
  eventTime: z.string(),
  data: z.unknown(),
});

const cloudEventSchema = z.object({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  time: z.string().default(""),
  data: z.unknown(),
});

const versionDataSchema = z.object({
  latestSupportedKubernetesVersion: z.string().min(1),
  latestStableKubernetesVersion: z.string().default(""),
  lowestMinorKubernetesVersion: z.string().default(""),
  latestPreviewKubernetesVersion: z.string().nullish(),
});

const supportDataSchema = z.object({ kubernetesVersion: z.string().min(1) });

const rollingDataSchema = z.object({ nodePoolName: z.string().min(1) });

/** What an event asks of Drydock. */
export type EventDecision =
  | { readonly kind: "start"; readonly cluster: string; readonly reason: string; readonly facts: string }
  /** A pool's roll began or ended. When no run knows of one that began, somebody else began it. */
  | { readonly kind: "wake"; readonly cluster: string; readonly pool: string; readonly began: boolean }
  | { readonly kind: "dead-letter"; readonly code: string; readonly reason: string };

/** Reads an event in the Event Grid schema or as a CloudEvent 1.0. */
export function readEvent(raw: unknown): FleetEvent | { readonly mistakes: string } {
  const cloud = cloudEventSchema.safeParse(raw);
  if (cloud.success) return cloud.data;
  const grid = eventGridSchema.safeParse(raw);
  if (grid.success) {
    const { id, topic, eventType, eventTime, data } = grid.data;
    return { id, type: eventType, source: topic, time: eventTime, data };
  }
  const isCloud = typeof raw === "object" && raw !== null && "specversion" in raw;
  const { issues } = isCloud ? cloud.error : grid.error;
  return { mistakes: issues.map((issue) => `${issue.path.join(".") || "the event"}: ${issue.message}`).join("; ") };
}

const PREFIX = "Microsoft.ContainerService.";

/**
 * Decides what an event asks for. A new version and the end of support start an upgrade of the fleet, ring by ring: what is
 * up to date is not touched. The rolling events wake runs that wait for that pool. Other types, clusters that are not in the fleet and data that cannot be read are dead letters:
 * sending them again would change nothing.
 *
 * @param clusters names by lower-cased resource id
 */
export function decideEvent(event: FleetEvent, clusters: ReadonlyMap<string, string>): EventDecision {
  if (!event.type.startsWith(PREFIX)) {
    return {
      kind: "dead-letter",
      code: "UnknownEventType",
      reason: `events of type ${event.type} are not handled here`,
    };
  }
  const cluster = clusters.get(event.source.toLowerCase());
  if (cluster === undefined) {
    return { kind: "dead-letter", code: "UnknownCluster", reason: `${event.source} is not a cluster of fleet.yaml` };
  }
  switch (event.type.slice(PREFIX.length)) {
    case "NewKubernetesVersionAvailable": {
      const data = versionDataSchema.safeParse(event.data);
      if (!data.success) return badData(event.type, data.error);
      const { latestSupportedKubernetesVersion, latestStableKubernetesVersion } = data.data;
      return {
        kind: "start",
        cluster,
        reason: `AKS offers Kubernetes ${latestSupportedKubernetesVersion} for ${cluster}`,
        facts: `${latestSupportedKubernetesVersion}|${latestStableKubernetesVersion}`,
      };
    }
    case "NodePoolRollingStarted":
    case "NodePoolRollingSucceeded":
    case "NodePoolRollingFailed": {
      const data = rollingDataSchema.safeParse(event.data);
      if (!data.success) return badData(event.type, data.error);
      const began = event.type.endsWith("Started");
      return { kind: "wake", cluster, pool: data.data.nodePoolName, began };
    }
    case "ClusterSupportEnding":
    case "ClusterSupportEnded": {
      const data = supportDataSchema.safeParse(event.data);
      if (!data.success) return badData(event.type, data.error);
      const { kubernetesVersion } = data.data;
      const ends = event.type.endsWith("Ended") ? "has ended" : "is ending";
      return {
        kind: "start",
        cluster,
        reason: `AKS support for Kubernetes ${kubernetesVersion} of ${cluster} ${ends}`,
        facts: `support ${ends}|${kubernetesVersion}`,
      };
    }
    default:
      return {
        kind: "dead-letter",
        code: "UnknownEventType",
        reason: `events of type ${event.type} are not handled here`,
      };
  }
}

function badData(type: string, error: z.ZodError): EventDecision {
  const mistakes = error.issues.map(({ path, message }) => `${["data", ...path].join(".")}: ${message}`).join("; ");
  return { kind: "dead-letter", code: "MalformedEvent", reason: `${type}: ${mistakes}` };
}
