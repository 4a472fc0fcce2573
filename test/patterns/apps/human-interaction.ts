import "./http-start.ts";
import * as df from "durable-functions";

df.app.activity("sendChallenge", { handler: () => 4711 });

/** Phone verification: three tries within 90 seconds. */
df.app.orchestration("humanInteraction", function* (context) {
  const challenge: number = yield context.df.callActivity("sendChallenge");
  const expires = new Date(context.df.currentUtcDateTime.getTime() + 90_000);
  for (let tries = 0; tries < 3; tries += 1) {
    const deadline = context.df.createTimer(expires);
    const response = context.df.waitForExternalEvent("SmsChallengeResponse");
    const winner = yield context.df.Task.any([response, deadline]);
    if (winner === deadline) return "expired";
    deadline.cancel();
    if (response.result === challenge) return "verified";
  }
  return "refused";
});
