import type { PoolSettings } from "../../cluster-settings.ts";
import type { BoardSeat } from "./board.ts";
import type { NodeCapacity, Resources, Taint } from "./scheduling-facts.ts";

/** Labels that differ from node to node. */
const ZONE_LABEL = "topology.kubernetes.io/zone";
const HOSTNAME_LABEL = "kubernetes.io/hostname";
const ZONE_LABELS = [ZONE_LABEL, "failure-domain.beta.kubernetes.io/zone", "topology.disk.csi.azure.com/zone"];
/** Labels that Azure and Kubernetes give every node of a pool, by prefix; all others are the owner's or an agent's. */
const PLATFORM_PREFIXES = [
  "kubernetes.io/",
  "kubernetes.azure.com/",
  "node.kubernetes.io/",
  "topology.",
  "beta.kubernetes.io/",
];
const PLATFORM_LABELS = ["agentpool", "storageprofile", "storagetier"];
const POOL_LABELS = ["agentpool", "kubernetes.azure.com/agentpool"];

/** Nodes of a pool that are not there yet. */
export interface FreshSeats {
  readonly settings: PoolSettings;
  readonly location: string;
  /** The pool's nodes of today, of which the new ones are copies. */
  readonly like: readonly NodeCapacity[];
  readonly count: number;
  /** What agents take of each. */
  readonly reserved: Resources;
  /** First part of their names. */
  readonly prefix: string;
  /** Whether they belong to a pool of a name that is not known yet. */
  readonly isNewPool: boolean;
}

/**
 * The nodes that an upgrade makes for a pool. What is the same on all of today's nodes and comes from Azure or from the pool's
 * own labels is on the new ones, too; a label that somebody put on nodes by hand may not be. AKS spreads nodes over the zones
 * as well as it can: as many as make whole rounds have a known zone, the rest any.
 */
export function freshSeats(wish: FreshSeats): BoardSeat[] {
  const [first] = wish.like;
  if (!first) return [];
  const { labels, unknown } = commonLabels(wish);
  const allocatable = smallest(wish.like.map((node) => node.allocatable));
  const zones = wish.settings.zones;
  const inRounds = zones.length === 0 ? 0 : Math.floor(wish.count / zones.length) * zones.length;
  return Array.from({ length: wish.count }, (_, index) => {
    const name = `${wish.prefix}-${index + 1}`;
    const zone = index < inRounds ? `${wish.location}-${zones[index % zones.length]}` : null;
    const own = new Set(unknown);
    const zoneLabels: Record<string, string> = {};
    for (const key of ZONE_LABELS.filter((label) => first.labels[label] !== undefined)) {
      if (zones.length === 0) zoneLabels[key] = first.labels[key] ?? "";
      else if (zone === null) own.add(key);
      else zoneLabels[key] = zone;
    }
    return {
      name,
      labels: { ...labels, ...zoneLabels, [HOSTNAME_LABEL]: name },
      unknownLabels: own,
      taints: wish.settings.nodeTaints.map(parseTaint),
      unschedulable: false,
      allocatable,
      reserved: wish.reserved,
    };
  });
}

function commonLabels({ like, settings, isNewPool }: FreshSeats) {
  const labels: Record<string, string> = { ...settings.nodeLabels };
  const unknown = new Set<string>();
  for (const key of new Set(like.flatMap((node) => Object.keys(node.labels)))) {
    if (key === HOSTNAME_LABEL || ZONE_LABELS.includes(key) || labels[key] !== undefined) continue;
    const values = new Set(like.map((node) => node.labels[key]));
    const [value] = values;
    const isPlatforms = PLATFORM_LABELS.includes(key) || PLATFORM_PREFIXES.some((prefix) => key.startsWith(prefix));
    if (isNewPool && POOL_LABELS.includes(key)) continue;
    if (isPlatforms && values.size === 1 && value !== undefined) labels[key] = value;
    else unknown.add(key);
  }
  return { labels, unknown };
}

function smallest(all: readonly Resources[]): Resources {
  const names = new Set(all.flatMap((resources) => Object.keys(resources)));
  return Object.fromEntries(
    [...names].map((name) => [name, Math.min(...all.map((resources) => resources[name] ?? 0))]),
  );
}

/** Reads a taint as AKS writes it: `key=value:Effect`. */
export function parseTaint(text: string): Taint {
  const [, key = text, value = "", effect = "NoSchedule"] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
  return { key, value, effect };
}
