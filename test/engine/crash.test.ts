import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { completedTaskId, EventType, type HistoryEvent, isCompletion } from "../../local/engine/history.ts";
import { queryInstances, readHistory } from "../../local/engine/instances.ts";
import { openStore } from "../../local/engine/store.ts";

const KILLS = 100;
const GROUPS = 4;
const PER_GROUP = 50;
const EVENTS = 10;
const child = join(dirname(fileURLToPath(import.meta.url)), "crash-child.ts");
const folder = mkdtempSync(join(tmpdir(), "drydock-crash-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A small seeded generator, so that a failing sequence of kills can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Starts the child and resolves when it answers; `line` gets each of its lines. */
async function startChild(
  state: string,
  instanceId: string,
  line: (text: string) => void,
): Promise<ChildProcessWithoutNullStreams> {
  const args = [child, state, instanceId, String(GROUPS), String(PER_GROUP), String(EVENTS)];
  const running = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  running.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    running.on("exit", (code, signal) => reject(new Error(`the child ended early (${code ?? signal}): ${errors}`)));
    createInterface({ input: running.stdout }).on("line", (text) => {
      if (text === "ready") resolve();
      else line(text);
    });
  });
  running.removeAllListeners("exit");
  return running;
}

/** What is wrong with a history: tasks without an outcome, or with two, or numbered twice. */
function faults(history: readonly HistoryEvent[]): string[] {
  const scheduled = new Map<number, HistoryEvent>();
  const outcomes = new Map<number, number>();
  const found: string[] = [];
  for (const event of history) {
    if (event.EventId >= 0) {
      if (scheduled.has(event.EventId)) found.push(`task ${event.EventId} was scheduled twice`);
      scheduled.set(event.EventId, event);
    }
    const done = isCompletion(event) ? completedTaskId(event) : undefined;
    if (done !== undefined) outcomes.set(done, (outcomes.get(done) ?? 0) + 1);
  }
  for (const [id, event] of scheduled) {
    const count = outcomes.get(id) ?? 0;
    const expected = event.EventType === EventType.EventSent ? 0 : 1;
    if (count !== expected) found.push(`task ${id} (type ${event.EventType}) has ${count} outcomes`);
  }
  for (const id of outcomes.keys())
    if (!scheduled.has(id)) found.push(`task ${id} has an outcome but was never scheduled`);
  const raised = history
    .filter((event) => event.EventType === EventType.EventRaised)
    .map((event) => `${event.Name}:${event.Input}`);
  for (const event of new Set(raised)) {
    if (raised.filter((other) => other === event).length > 1) found.push(`event ${event} was raised twice`);
  }
  return found;
}

describe("a 200-activity fan-out with sub-orchestrations, timers, events and an entity", () => {
  it(`survives ${KILLS} kills with SIGKILL at random moments without losing or doubling anything`, {
    timeout: 300_000,
  }, async () => {
    const random = seeded(20_260_301);
    const state = join(folder, "state");
    let kills = 0;
    let round = 0;
    while (kills < KILLS) {
      const instanceId = `crash${round}`;
      round += 1;
      const acked = new Set<number>();
      let ended = false;
      while (!ended) {
        const outcome = Promise.withResolvers<void>();
        const running = await startChild(state, instanceId, (text) => {
          if (text === "ended") {
            ended = true;
            outcome.resolve();
          } else acked.add(Number(text.replace("acked ", "")));
        });
        // One event a life at most; one that was stored but not acknowledged when the kill came would be doubled by its sender.
        const next = Array.from({ length: EVENTS }, (_, index) => index).find((item) => !acked.has(item));
        if (next !== undefined) {
          const stored = Promise.withResolvers<void>();
          const waiting = setInterval(() => acked.has(next) && stored.resolve(), 1);
          running.stdin.write(`event ${next}\n`);
          await stored.promise;
          clearInterval(waiting);
        }
        const exited = new Promise((resolve) => running.on("exit", resolve));
        if (kills < KILLS) {
          const life = new Promise((resolve) => setTimeout(resolve, random() * 90));
          await Promise.race([life, outcome.promise]);
          if (!ended) kills += 1;
        } else {
          await outcome.promise;
        }
        running.kill("SIGKILL");
        await exited;
      }
      checkRound(state, instanceId);
    }
    expect(kills).toBe(KILLS);
  });
});

function checkRound(state: string, instanceId: string): void {
  const store = openStore(state);
  const { instances } = queryInstances(store, { limit: 100, idPrefix: instanceId });
  const root = instances.find((record) => record.instanceId === instanceId);
  const items = GROUPS * PER_GROUP;
  const firsts = Array.from({ length: GROUPS }, (_, index) => index * PER_GROUP);
  const output = JSON.parse(root?.output ?? "null") as { sum: number; seen: number[]; tally: number[] };
  expect(output.sum).toBe(items * (items - 1));
  expect(output.seen).toEqual(Array.from({ length: EVENTS }, (_, index) => index));
  expect(output.tally.toSorted((a, b) => a - b)).toEqual(firsts);
  expect(instances).toHaveLength(1 + GROUPS);
  for (const record of instances) {
    const history = readHistory(store, record.instanceId).map((text) => JSON.parse(text) as HistoryEvent);
    expect({ instance: record.instanceId, status: record.status, faults: faults(history) }).toEqual({
      instance: record.instanceId,
      status: "Completed",
      faults: [],
    });
  }
  expect(store.get("SELECT count(*) AS n FROM activities")?.n).toBe(0);
  expect(store.get("SELECT count(*) AS n FROM inbox")?.n).toBe(0);
  expect(store.get("SELECT count(*) AS n FROM timers")?.n).toBe(0);
  store.close();
  const log = join(state, "executions.log");
  expect(existsSync(log)).toBe(true);
  const executed = new Set(readFileSync(log, "utf8").trim().split("\n"));
  expect(executed.size).toBe(items);
}
