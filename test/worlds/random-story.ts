import { signalKindSchema } from "../../domain/run-control.ts";
import type { EventFault } from "../../simulator/eventgrid/event-faults.ts";
import type { Scenario } from "../../simulator/faults/scenario.ts";
import type { Deed, Kill } from "./deeds.ts";
import type { Dice } from "./dice.ts";
import { randomBackupFaults } from "./random-backups.ts";
import { eventFaults, news } from "./random-events.ts";
import { randomFaults } from "./random-faults.ts";
import type { Design } from "./random-fleet.ts";

/** What happens in a world. */
export interface Story {
  readonly deeds: readonly Deed[];
  readonly kills: readonly Kill[];
  /** A world that lives through a Monday morning sees the weekly search for new images. */
  readonly livesMinutes: number;
  /** In which shapes Event Grid tells: one subscription each. */
  readonly subscriptions: readonly Subscribed[];
  readonly scenario: Partial<Record<keyof Scenario, unknown>>;
}

/** An event subscription of a world. */
export interface Subscribed {
  readonly schema: "EventGridSchema" | "CloudEventSchemaV1_0";
  readonly maxEventsPerBatch: number;
  readonly maxDeliveryAttempts: number;
}

/** A world begins on a Saturday at eight; so many minutes later it is Monday, seven o'clock. */
const MONDAY_MINUTES = 47 * 60;

/** When things happen, as far as one part of a story must know of the others. */
interface Plot {
  readonly design: Design;
  /** When the first event comes. */
  readonly beginMinutes: number;
  readonly livesMinutes: number;
}

/** A part of a story: adding a capability to the worlds is adding one. */
type Chapter = (dice: Dice, plot: Plot) => Deed[];

const CHAPTERS: readonly Chapter[] = [news, starts, signals, meddling, reads, fleetFile, restoreTests];

/** Draws what happens in a world. */
export function randomStory(dice: Dice, design: Design): Story {
  const events = eventFaults(dice);
  const isLost = events.some((fault) => "lost" in fault);
  const livesMinutes = isLost || dice.chance(0.1) ? MONDAY_MINUTES : 0;
  const plot: Plot = { design, beginMinutes: dice.between(0, 30), livesMinutes };
  const deeds = CHAPTERS.flatMap((chapter) => chapter(dice, plot));
  if (!deeds.some(({ kind }) => kind === "event" || kind === "start")) {
    deeds.push({ atMinutes: 0, kind: "start", clusters: null, times: 1 });
  }
  return {
    deeds: deeds.sort((left, right) => left.atMinutes - right.atMinutes),
    kills: randomKills(dice),
    livesMinutes,
    subscriptions: randomSubscriptions(dice),
    scenario: scenarioOf(dice, design, events),
  };
}

function scenarioOf(dice: Dice, { backups }: Design, events: ReadonlyArray<Partial<EventFault>>): Story["scenario"] {
  const faults = { ...randomFaults(dice), events: { faults: events } };
  if (!backups) return faults;
  const { backup, operations } = randomBackupFaults(dice);
  return { ...faults, backup, operations: [...faults.operations, ...operations] };
}

/** The same app may be told by two subscriptions, each in its own shape. */
function randomSubscriptions(dice: Dice): Subscribed[] {
  const schemas = dice.shuffle(["EventGridSchema", "CloudEventSchemaV1_0"] as const);
  return schemas.slice(0, dice.pick([1, 1, 2])).map((schema) => ({
    schema,
    maxEventsPerBatch: dice.pick([1, 1, 10]),
    maxDeliveryAttempts: dice.pick([30, 30, 30, 2]),
  }));
}

function randomKills(dice: Dice): Kill[] {
  return Array.from({ length: dice.pick([0, 0, 0, 1, 1, 2, 3]) }, () => ({
    ...(dice.chance(0.5) ? { atRequest: dice.between(1, 500) } : { atStep: dice.between(1, 4_000) }),
    downSeconds: dice.pick([0, 1, 20, 600]),
  }));
}

function starts(dice: Dice, { design }: Plot): Deed[] {
  const names = design.clusters.map(({ name }) => name);
  return Array.from({ length: dice.pick([0, 0, 0, 1, 1, 2]) }, () => ({
    atMinutes: dice.between(0, 90),
    kind: "start",
    clusters: dice.chance(0.5) ? null : dice.shuffle(names).slice(0, dice.between(1, names.length)),
    times: dice.pick([1, 1, 1, 2]),
  }));
}

/** While a run is likely to be under way. */
function meanwhile(dice: Dice, { beginMinutes }: Plot): number {
  return beginMinutes + dice.between(2, 40);
}

/** Any signal, at moments when it fits and when it does not; and answers to what runs ask when something has failed. */
function signals(dice: Dice, plot: Plot): Deed[] {
  const during = Array.from({ length: dice.pick([0, 0, 0, 1, 2, 3]) }, () => meanwhile(dice, plot));
  const afterwards = Array.from({ length: dice.pick([0, 0, 1, 2]) }, () => plot.beginMinutes + dice.between(60, 600));
  const signal = (atMinutes: number, kinds: readonly string[]): Deed => ({
    atMinutes,
    kind: "signal",
    signal: dice.pick(kinds),
    run: dice.chance(0.1) ? null : dice.pick([0, 0, 0, 1]),
  });
  return [
    ...during.map((minutes) => signal(minutes, signalKindSchema.options)),
    ...afterwards.map((minutes) => signal(minutes, ["retry", "retry", "skip", "resume"])),
  ];
}

/** People change a workload while Drydock is at work: they scale it, or forbid its disruption. */
function meddling(dice: Dice, plot: Plot): Deed[] {
  return Array.from({ length: dice.pick([0, 0, 1, 1, 2]) }, () => {
    const cluster = dice.pick(plot.design.clusters);
    const { metadata } = dice.pick(cluster.workloads.filter(({ kind }) => kind === "Deployment"));
    const { name: workload } = metadata as { name: string };
    const change = { atMinutes: meanwhile(dice, plot), cluster: cluster.name, workload };
    return dice.chance(0.5)
      ? { ...change, kind: "scale", replicas: dice.between(0, 6) }
      : { ...change, kind: "forbid" };
  });
}

/** Somebody wants to see that backups can be restored, while upgrades go on or afterwards. */
function restoreTests(dice: Dice, { design }: Plot): Deed[] {
  if (!design.backups) return [];
  const names = Object.keys(design.backups.protected);
  return Array.from({ length: dice.pick([1, 1, 2]) }, () => ({
    atMinutes: dice.between(0, 120),
    kind: "restore-test",
    clusters: dice.chance(0.7) ? null : dice.shuffle(names).slice(0, 1),
  }));
}

/** Somebody looks at the console. */
function reads(dice: Dice, plot: Plot): Deed[] {
  return Array.from({ length: dice.between(0, 8) }, () => ({ atMinutes: meanwhile(dice, plot), kind: "read" }));
}

/** fleet.yaml is spoiled for a while: when a run begins, or when the weekly search does. */
function fleetFile(dice: Dice, { beginMinutes, livesMinutes }: Plot): Deed[] {
  if (!dice.chance(0.15)) return [];
  const fromMinutes = livesMinutes > 0 ? livesMinutes - 70 : beginMinutes + dice.between(0, 20);
  return [
    { atMinutes: fromMinutes, kind: "fleet", becomes: dice.pick(["wrong", "away"]) },
    { atMinutes: fromMinutes + dice.between(1, 60), kind: "fleet", becomes: "whole" },
  ];
}
