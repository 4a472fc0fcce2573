/**
 * Measures the durable engine alone, with the real durable-functions and state on disk: orchestrations a second (each with
 * one activity), activities a second of one wide fan-out, and activities a second one after the other, with peak memory.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScaledClock } from "../../local/clock/scaled-clock.ts";
import { createEngine } from "../../local/engine/engine.ts";
import { createHostLog } from "../../local/log.ts";
import { inlineWorker } from "../../test/engine/inline-worker.ts";
import { type Measured, ownPeakMiB, report } from "./measurement.ts";

const ORCHESTRATIONS = 1_000;
const FAN_OUT = 1_000;
const CHAIN = 200;

const folder = mkdtempSync(join(tmpdir(), "drydock-bench-"));
const worker = inlineWorker((df) => {
  df.app.activity("echo", { handler: (input: unknown) => input });
  df.app.orchestration("one", function* (context) {
    return yield context.df.callActivity("echo", 1);
  });
  df.app.orchestration("fan", function* (context) {
    const tasks = Array.from({ length: context.df.getInput<number>() }, (_, index) =>
      context.df.callActivity("echo", index),
    );
    return ((yield context.df.Task.all(tasks)) as unknown[]).length;
  });
  df.app.orchestration("chain", function* (context) {
    for (let index = 0; index < context.df.getInput<number>(); index += 1) yield context.df.callActivity("echo", index);
  });
});
const engine = createEngine({
  worker,
  stateDirectory: folder,
  clock: createScaledClock(),
  log: createHostLog("error"),
  limits: { maxConcurrentActivityFunctions: 20, maxConcurrentOrchestratorFunctions: 20 },
});
engine.start();

const start = (name: string, input: number) =>
  engine.whenEnded(engine.management.start({ name, input: JSON.stringify(input) }));

async function measure(what: string, count: number, run: () => Promise<unknown>): Promise<Measured> {
  const startedMs = performance.now();
  await run();
  const seconds = (performance.now() - startedMs) / 1000;
  const how = `${count} in ${seconds.toFixed(2)} s`;
  return { what, value: count / seconds, unit: "/s", how, peakMiB: ownPeakMiB() };
}

await start("one", 0);
const first = await measure("orchestrations of one activity, all at once", ORCHESTRATIONS, () =>
  Promise.all(Array.from({ length: ORCHESTRATIONS }, () => start("one", 0))),
);
const fanOut = await measure(`activities of one fan-out of ${FAN_OUT}`, FAN_OUT, () => start("fan", FAN_OUT));
const chain = await measure(`activities of a chain of ${CHAIN}, one after the other`, CHAIN, () =>
  start("chain", CHAIN),
);
report([{ ...first, ratio: 1 }, ...[fanOut, chain].map((row) => ({ ...row, ratio: row.value / first.value }))]);
await engine.stop();
engine.close();
rmSync(folder, { recursive: true, force: true });
