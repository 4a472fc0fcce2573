import type { Dice } from "./dice.ts";
import { type Design, resourceIdOf } from "./random-fleet.ts";

/** What comes from outside while a world lives. Minutes count from its beginning. */
export type Deed =
  | {
      readonly atMinutes: number;
      readonly kind: "event";
      readonly id: string;
      readonly event: unknown;
      readonly handled: boolean;
    }
  | { readonly atMinutes: number; readonly kind: "start"; readonly clusters: readonly string[] | null }
  | { readonly atMinutes: number; readonly kind: "cancel" }
  | {
      readonly atMinutes: number;
      readonly kind: "scale";
      readonly cluster: string;
      readonly workload: string;
      readonly replicas: number;
    }
  | { readonly atMinutes: number; readonly kind: "forbid"; readonly cluster: string; readonly workload: string };

/** When the host is killed: while the simulator answers its n-th request; it comes back after a while. */
export interface Kill {
  readonly atRequest: number;
  readonly downSeconds: number;
}

export interface Story {
  readonly deeds: readonly Deed[];
  readonly kills: readonly Kill[];
  readonly scenario: {
    readonly settings: object;
    readonly faults: readonly object[];
    readonly randomFaults?: object;
  };
}

/** Draws what happens in a world. */
export function randomStory(dice: Dice, design: Design): Story {
  const beginMinutes = dice.between(0, 30);
  const deeds: Deed[] = [...events(dice, design, beginMinutes)];
  const names = design.clusters.map(({ name }) => name);
  for (let count = dice.pick([0, 0, 0, 1, 1, 2]); count > 0; count -= 1) {
    const clusters = dice.chance(0.5) ? null : dice.shuffle(names).slice(0, dice.between(1, names.length));
    deeds.push({ atMinutes: dice.between(0, 90), kind: "start", clusters });
  }
  // While the run is likely to be under way.
  const meanwhile = () => beginMinutes + dice.between(2, 40);
  if (dice.chance(0.25)) deeds.push({ atMinutes: meanwhile(), kind: "cancel" });
  for (let count = dice.pick([0, 0, 1, 1, 2]); count > 0; count -= 1) deeds.push(meddling(dice, design, meanwhile()));
  if (deeds.length === 0) deeds.push({ atMinutes: 0, kind: "start", clusters: null });
  const kills = Array.from({ length: dice.pick([0, 0, 0, 1, 1, 2, 3]) }, () => ({
    atRequest: dice.between(1, 500),
    downSeconds: dice.pick([0, 1, 20, 600]),
  })).sort((left, right) => left.atRequest - right.atRequest);
  return { deeds: deeds.sort((left, right) => left.atMinutes - right.atMinutes), kills, scenario: scenario(dice) };
}

/** The same news for several clusters, some of it twice, in any order; now and then something that nobody can handle. */
function events(dice: Dice, design: Design, atMinutes: number): Deed[] {
  const told = dice.shuffle(design.clusters).slice(0, dice.between(dice.chance(0.2) ? 0 : 1, design.clusters.length));
  const deeds = told.flatMap(({ name }) => {
    const id = dice.uuid();
    const event = newVersion(id, resourceIdOf(name));
    const again = dice.chance(0.3) ? [dice.between(0, 120)] : [];
    return [dice.between(0, 3), ...again].map(
      (later): Deed => ({ atMinutes: atMinutes + later, kind: "event", id, event, handled: true }),
    );
  });
  if (dice.chance(0.15)) {
    const id = dice.uuid();
    const event = dice.pick([
      newVersion(id, resourceIdOf("nowhere")),
      { ...newVersion(id, resourceIdOf(design.clusters[0]?.name ?? "")), eventType: "Microsoft.Storage.BlobCreated" },
      { ...newVersion(id, resourceIdOf(design.clusters[0]?.name ?? "")), data: {} },
    ]);
    deeds.push({ atMinutes: dice.between(0, 60), kind: "event", id, event, handled: false });
  }
  return deeds;
}

function newVersion(id: string, topic: string): object {
  return {
    id,
    topic,
    subject: topic.split("/").at(-1),
    eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
    eventTime: "2026-11-21T08:00:00Z",
    data: {
      latestSupportedKubernetesVersion: "1.34.2",
      latestStableKubernetesVersion: "1.33.6",
      lowestMinorKubernetesVersion: "1.32.9",
      latestPreviewKubernetesVersion: "1.35.0",
    },
    dataVersion: "1",
    metadataVersion: "1",
  };
}

/** People change a workload while Drydock is at work: they scale it, or forbid its disruption. */
function meddling(dice: Dice, design: Design, atMinutes: number): Deed {
  const cluster = dice.pick(design.clusters);
  const { metadata } = dice.pick(cluster.workloads.filter(({ kind }) => kind === "Deployment"));
  const { name } = metadata as { name: string };
  return dice.chance(0.5)
    ? { atMinutes, kind: "scale", cluster: cluster.name, workload: name, replicas: dice.between(0, 6) }
    : { atMinutes, kind: "forbid", cluster: cluster.name, workload: name };
}

function scenario(dice: Dice): Story["scenario"] {
  const settings = {
    podStartSeconds: dice.pick([5, 12, 30]),
    nodeBootSeconds: dice.pick([45, 90, 240]),
    nodeReimageSeconds: dice.pick([60, 120]),
  };
  const count = dice.pick([0, 0, 1, 2, 4]);
  return {
    settings,
    faults: Array.from({ length: count }, () => randomFault(dice)),
    // Of everything that can go wrong, by the seed; after a while all is well again, so that worlds come to rest.
    ...(dice.chance(0.5)
      ? { randomFaults: { rate: dice.pick([0.003, 0.01, 0.03]), untilHours: dice.pick([1, 6, 24]) } }
      : {}),
  };
}

function randomFault(dice: Dice): object {
  const path = dice.pick([
    "^/subscriptions",
    "^/subscriptions.*agentPools",
    "^/kubernetes",
    "/eviction$",
    "^/teams",
    "^/msi",
  ]);
  const what = dice.pick([
    { answer: { status: 429, retryAfterSeconds: dice.between(1, 60) } },
    { answer: { status: dice.pick([500, 502, 503, 504]) } },
    { reset: true },
    { delaySeconds: dice.pick([1, 20, 90]) },
    { truncate: true },
  ]);
  return { match: { path }, nth: dice.between(1, 120), count: dice.pick([1, 1, 2, 5]), ...what };
}
