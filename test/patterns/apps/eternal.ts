import "./http-start.ts";
import * as df from "durable-functions";

let cleaned = 0;
df.app.activity("cleanUp", { handler: () => ++cleaned });

/** Cleans up once an hour for ever; told to stop, it ends with the number of times it did. */
df.app.orchestration("eternal", function* (context) {
  const times: number = yield context.df.callActivity("cleanUp");
  const next = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
  const stop = context.df.waitForExternalEvent("stop");
  const winner = yield context.df.Task.any([next, stop]);
  if (winner === stop) {
    next.cancel();
    return times;
  }
  context.df.continueAsNew(undefined);
});
