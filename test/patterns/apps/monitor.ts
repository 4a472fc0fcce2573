import "./http-start.ts";
import * as df from "durable-functions";

let polls = 0;
df.app.activity("isClear", { handler: (clearAfter: number) => ++polls >= clearAfter });
df.app.activity("sendAlert", { handler: (who: string) => `told ${who}` });

/** Polls every half hour for up to six hours, as upstream's weather monitor does. */
df.app.orchestration("monitor", function* (context) {
  const { clearAfter, who } = context.df.getInput<{ clearAfter: number; who: string }>();
  const endMs = context.df.currentUtcDateTime.getTime() + 6 * 3_600_000;
  while (context.df.currentUtcDateTime.getTime() < endMs) {
    const clear: boolean = yield context.df.callActivity("isClear", clearAfter);
    if (clear) return yield context.df.callActivity("sendAlert", who);
    context.df.setCustomStatus({ waitingSince: context.df.currentUtcDateTime.toISOString() });
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 30 * 60_000));
  }
  return "gave up";
});
