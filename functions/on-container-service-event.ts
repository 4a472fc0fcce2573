import { createHash } from "node:crypto";
import { app, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { decideEvent, type EventDecision, type FleetEvent, readEvent } from "../domain/events.ts";
import { type FollowedRoll, isRolling, rollFacts } from "../domain/followed-roll.ts";
import { deadLetterLine } from "../domain/log-lines.ts";
import { OPERATION_STEPS, runIds, type UpgradeRunRequest, WAKE_EVENT } from "../domain/run-request.ts";
import type { FoldedEvent, RunRecord } from "../domain/run-status.ts";
import { DEAD_LETTERS, type DeadLetter } from "../orchestrations/dead-letters.ts";
import type { FollowRollInput } from "../orchestrations/follow-roll.ts";
import { NAMED_EVENTS, RUN_RECORD } from "../orchestrations/run-record.ts";
import type { AppPorts } from "./ports.ts";
import { findStatus, isAlive, readRunIndex, startOnce } from "./run-lookup.ts";

/** How often, and how long apart, it is looked whether a run has taken an event in. */
const FOLD_LOOKS = 100;
const FOLD_LOOK_MS = 100;
/** Tries of a cluster that are looked for; one that is tried more often polls as if there were no events. */
const WOKEN_ATTEMPTS = [1, 2, 3];
/** Most that is kept of each of a dead letter's texts: whoever sends events must not fill the store. */
const LETTER_TEXT_CHARACTERS = 500;

/**
 * Takes the events of AKS. An event starts a run under an id made from its own identity, so that a duplicate starts nothing;
 * what cannot be handled becomes a dead letter. It throws only when trying again may help: Event Grid then sends it again.
 */
export function registerContainerServiceEvent(ports: AppPorts): void {
  app.eventGrid("onContainerServiceEvent", {
    extraInputs: [df.input.durableClient()],
    handler: async (raw: unknown, context) => {
      const client = df.getClient(context);
      const event = readEvent(raw);
      if ("mistakes" in event) {
        const letter = { code: "MalformedEvent", reason: event.mistakes, eventId: "", eventType: "", source: "" };
        return keepDeadLetter(client, context, letter);
      }
      const fleet = await ports.readFleet();
      const clusters = new Map(fleet.config.clusters.map(({ resourceId, name }) => [resourceId.toLowerCase(), name]));
      await act({ client, context, ports, fleet }, event, decideEvent(event, clusters));
    },
  });
}

/** The id of the run that an event starts. */
export function runIdOf(event: Pick<FleetEvent, "id" | "source">): string {
  const hash = createHash("sha256").update(`${event.source.toLowerCase()}\n${event.id}`).digest("hex");
  return `upgrade-${hash.slice(0, 16)}`;
}

/** What handling an event goes by. */
interface Site {
  readonly client: df.DurableClient;
  readonly context: InvocationContext;
  readonly ports: AppPorts;
  readonly fleet: Awaited<ReturnType<AppPorts["readFleet"]>>;
}

async function act(site: Site, event: FleetEvent, decision: EventDecision): Promise<void> {
  const { client, context } = site;
  switch (decision.kind) {
    case "start":
      return start(client, context, event, decision);
    case "wake": {
      const woken = await wake(client, context, decision);
      if (woken === 0 && decision.began) await follow(site, event, decision);
      return;
    }
    case "dead-letter": {
      const { code, reason } = decision;
      const letter = { code, reason, eventId: event.id, eventType: event.type, source: event.source };
      return keepDeadLetter(client, context, letter);
    }
  }
}

async function start(
  client: df.DurableClient,
  context: InvocationContext,
  event: FleetEvent,
  decision: EventDecision & { kind: "start" },
): Promise<void> {
  const runId = runIdOf(event);
  if (await findStatus(client, runId)) return context.log(`event ${event.id} is known: run ${runId}`);
  const current = await runWithFacts(client, decision.facts);
  if (current !== undefined && (await fold(client, current, { id: event.id, source: event.source }))) {
    return context.log(`event ${event.id} asks for what run ${current} is doing; folded into it`);
  }
  const request: UpgradeRunRequest = {
    kind: "upgrade",
    trigger: {
      by: "Event Grid",
      reason: decision.reason,
      event: { type: event.type, source: event.source, id: event.id },
    },
    targets: null,
    facts: decision.facts,
    scope: "minor",
    plan: null,
  };
  await startOnce(client, "upgrade", runId, request);
  context.log(`event ${event.id} started run ${runId}: ${decision.reason}`);
}

/** The run under way that an event with the same facts started. AKS tells every cluster of the same version. */
async function runWithFacts(client: df.DurableClient, facts: string): Promise<string | undefined> {
  const index = await readRunIndex(client);
  for (const run of index) {
    if (run.kind === "upgrade" && run.facts === facts && run.endedAt === null && (await isAlive(client, run.id)))
      return run.id;
  }
  return undefined;
}

/**
 * Folds an event into a run; answers false when the run is past that, for its report is made. A signal has no answer, so the
 * record is looked at until it shows what became of it. Throws when that takes too long: the event is then sent again.
 */
async function fold(client: df.DurableClient, runId: string, folded: FoldedEvent): Promise<boolean> {
  const record = new df.EntityId(RUN_RECORD, runId);
  await client.signalEntity(record, "fold", folded);
  for (let look = 0; look < FOLD_LOOKS; look += 1) {
    const { entityState } = await client.readEntityState<RunRecord>(record);
    const known = entityState?.folded ?? [];
    if (known.some(({ id, source }) => id === folded.id && source === folded.source)) return true;
    if (entityState?.control.closed) return false;
    if (known.length >= NAMED_EVENTS) return true;
    await new Promise((resolve) => setTimeout(resolve, FOLD_LOOK_MS));
  }
  throw new Error(`run ${runId} has not taken event ${folded.id} in yet`);
}

/** Starts a run that follows the upgrade of a pool that somebody else began, unless one does already or it has ended. */
async function follow(
  { client, context, ports, fleet }: Site,
  event: FleetEvent,
  { cluster, pool }: EventDecision & { kind: "wake" },
): Promise<void> {
  const runId = runIdOf(event);
  if (await findStatus(client, runId)) return context.log(`event ${event.id} is known: run ${runId}`);
  const known = fleet.config.clusters.find(({ name }) => name === cluster);
  if (!known || !isRolling(await ports.observeCluster(known.resourceId), pool)) {
    return context.log(`event ${event.id}: pool ${pool} of ${cluster} is not being upgraded any longer`);
  }
  const { resourceId, ring } = known;
  const trigger = {
    by: "Event Grid",
    reason: `somebody else began to upgrade pool ${pool} of ${cluster}`,
    event: { type: event.type, source: event.source, id: event.id },
  };
  const facts = rollFacts(cluster, pool);
  const request: UpgradeRunRequest = {
    kind: "upgrade",
    trigger,
    targets: [cluster],
    facts,
    scope: "nodeImage",
    plan: null,
  };
  const tellsTeams = fleet.config.notifications.teams;
  const roll: FollowedRoll = { cluster, resourceId, ring, pool, fleetDigest: fleet.digest, tellsTeams };
  await startOnce(client, "followRoll", runId, { ...request, roll } satisfies FollowRollInput);
  context.log(`event ${event.id} started run ${runId}: ${trigger.reason}`);
}

/**
 * Ends the waits of all runs under way for a pool's operation; they look for themselves how it went. Answers how many were
 * woken.
 */
async function wake(
  client: df.DurableClient,
  context: InvocationContext,
  { cluster, pool }: EventDecision & { kind: "wake" },
): Promise<number> {
  let woken = 0;
  const rouse = async (instanceId: string): Promise<void> => {
    if (!(await isAlive(client, instanceId))) return;
    await client.raiseEvent(instanceId, WAKE_EVENT, null);
    woken += 1;
    context.log(`woke ${instanceId}`);
  };
  const index = await readRunIndex(client);
  const running = index.filter(({ kind, endedAt }) => kind === "upgrade" && endedAt === null);
  for (const { id, facts } of running) {
    if (facts === rollFacts(cluster, pool)) await rouse(id);
    for (const attempt of WOKEN_ATTEMPTS) {
      const part = runIds.cluster(id, cluster, attempt);
      if (!(await isAlive(client, part))) continue;
      for (const step of OPERATION_STEPS) await rouse(runIds.operation(part, pool, step));
    }
  }
  return woken;
}

async function keepDeadLetter(
  client: df.DurableClient,
  context: InvocationContext,
  letter: Omit<DeadLetter, "at">,
): Promise<void> {
  const at = new Date().toISOString();
  const cut = (text: string) => text.slice(0, LETTER_TEXT_CHARACTERS);
  const clipped = {
    code: cut(letter.code),
    reason: cut(letter.reason),
    eventId: cut(letter.eventId),
    eventType: cut(letter.eventType),
    source: cut(letter.source),
  };
  context.warn(deadLetterLine(clipped));
  await client.signalEntity(new df.EntityId(DEAD_LETTERS, at.slice(0, 7)), "add", { ...clipped, at });
}
