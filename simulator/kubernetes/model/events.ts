import { type ClusterModel, timeText } from "./cluster-model.ts";
import type { KubernetesObject } from "./objects.ts";

/** How long the API server keeps events (its `--event-ttl`). */
const KEPT_MS = 3_600_000;
/** Old events are looked for whenever there are a multiple of this many. */
const SWEEP_EVERY = 250;

/** What happened to an object, as `kubectl describe` shows it. */
export interface Happening {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** Who saw it: `default-scheduler`, `kubelet`. */
  readonly component: string;
}

/**
 * Records an event about an object; the same one again is counted. While a cluster is being made as it stood before we
 * came, nothing is recorded: those events have expired.
 */
export function recordEvent(cluster: ClusterModel, about: KubernetesObject, happening: Happening): void {
  if (cluster.instant) return;
  const { name, namespace, uid, resourceVersion } = about.metadata;
  const table = cluster.table("events");
  const place = namespace ?? "default";
  const now = cluster.nowText();
  // One name for one happening: the same again finds its event.
  const digest = digestOf(`${uid}/${happening.reason}/${happening.message}/${happening.component}`);
  const known = table.find(place, `${name}.${digest}`);
  if (known) {
    const count = typeof known.count === "number" ? known.count + 1 : 2;
    table.update({ ...known, count, lastTimestamp: now });
    return;
  }
  if (table.size % SWEEP_EVERY === SWEEP_EVERY - 1) sweep(cluster);
  const { type, reason, message, component } = happening;
  table.add(
    { name: `${name}.${digest}`, namespace: place },
    (metadata) => ({
      apiVersion: "v1",
      kind: "Event",
      metadata,
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
      type,
      reason,
      message,
      source: { component },
      reportingComponent: component,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
    }),
    false,
  );
}

function sweep(cluster: ClusterModel): void {
  const table = cluster.table("events");
  const oldest = timeText(cluster.nowMs - KEPT_MS);
  for (const event of table.list()) {
    if (typeof event.lastTimestamp === "string" && event.lastTimestamp < oldest) table.remove(event);
  }
}

/** Sixteen hexadecimal digits, as the real names have: FNV-1a from two starts. */
function digestOf(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index += 1) {
    low = Math.imul(low ^ text.charCodeAt(index), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(index), 0x85ebca6b);
  }
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
  return `${hex(high)}${hex(low)}`;
}
