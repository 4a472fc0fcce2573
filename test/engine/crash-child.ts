/**
 * The process that the crash test kills: an engine over a state folder, driving the real durable-functions. Lines on stdin
 * of the form `event N` are raised and acknowledged with `acked N` once they are stored. Prints `ready`, and `ended` when the
 * orchestration has ended. Every execution of an activity is noted in `executions.log`.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createScaledClock } from "../../local/clock/scaled-clock.ts";
import { createEngine } from "../../local/engine/engine.ts";
import { createHostLog } from "../../local/log.ts";
import { inlineWorker } from "./inline-worker.ts";

const [stateDirectory = "", instanceId = "", groupsText = "4", perGroupText = "50", eventsText = "10"] =
  process.argv.slice(2);
const input = { groups: Number(groupsText), perGroup: Number(perGroupText), events: Number(eventsText) };

const worker = inlineWorker((df) => {
  df.app.activity("work", {
    handler: async (item: number) => {
      appendFileSync(join(stateDirectory, "executions.log"), `${item}\n`);
      await new Promise((resolve) => setTimeout(resolve, 5 + (item % 7) * 5));
      return item * 2;
    },
  });
  df.app.entity("tally", (context) => {
    const seen = (context.df.getState(() => []) as number[]) ?? [];
    if (context.df.operationName === "add") context.df.setState([...seen, context.df.getInput() as number]);
    if (context.df.operationName === "get") context.df.return(seen);
  });
  df.app.orchestration("group", function* (context) {
    const { first, count } = context.df.getInput<{ first: number; count: number }>();
    const tasks = Array.from({ length: count }, (_, index) => context.df.callActivity("work", first + index));
    const results: number[] = yield context.df.Task.all(tasks);
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 50));
    context.df.signalEntity(new df.EntityId("tally", context.df.instanceId.split("-")[0] ?? ""), "add", first);
    return results.reduce((sum, value) => sum + value, 0);
  });
  df.app.orchestration("root", function* (context) {
    const { groups, perGroup, events } = context.df.getInput<typeof input>();
    const children = Array.from({ length: groups }, (_, index) =>
      context.df.callSubOrchestrator(
        "group",
        { first: index * perGroup, count: perGroup },
        `${context.df.instanceId}-${index}`,
      ),
    );
    const pause = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 200));
    const sums: number[] = yield context.df.Task.all([pause, ...children]);
    const seen = new Set<number>();
    while (seen.size < events) seen.add(yield context.df.waitForExternalEvent("item"));
    const tally: number[] = yield context.df.callEntity(new df.EntityId("tally", context.df.instanceId), "get");
    return {
      sum: sums.slice(1).reduce((total, sum) => total + sum, 0),
      seen: [...seen].toSorted((a, b) => a - b),
      tally,
    };
  });
});

const engine = createEngine({
  worker,
  stateDirectory,
  clock: createScaledClock(),
  log: createHostLog("error"),
  limits: { maxConcurrentActivityFunctions: 3 },
});
if (!engine.management.get(instanceId))
  engine.management.start({ name: "root", instanceId, input: JSON.stringify(input) });
engine.start();
process.stdout.write("ready\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const item = line.replace("event ", "");
  engine.management.raiseEvent(instanceId, "item", item);
  process.stdout.write(`acked ${item}\n`);
});
await engine.whenEnded(instanceId);
process.stdout.write("ended\n");
