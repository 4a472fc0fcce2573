import { appendFileSync, existsSync } from "node:fs";
import "../../patterns/apps/http-start.ts";
import { app } from "@azure/functions";
import * as df from "durable-functions";

// Stdout belongs to the host's "ready" line; what an app prints must not end up there.
console.log("the app was loaded");

/** Waits until the file that the setting RELEASE_FILE names is there. */
async function released(): Promise<void> {
  while (!existsSync(process.env.RELEASE_FILE ?? "")) await new Promise((resolve) => setTimeout(resolve, 10));
}

app.http("settings", {
  authLevel: "anonymous",
  handler: () => ({ jsonBody: { greeting: process.env.GREETING, site: process.env.WEBSITE_HOSTNAME } }),
});

app.http("hold", {
  authLevel: "anonymous",
  handler: async (_request, context) => {
    context.log("holding");
    await released();
    return { body: "released" };
  },
});

app.http("hang", { authLevel: "anonymous", handler: () => new Promise(() => undefined) });

df.app.activity("step", {
  handler: async (_input, context) => {
    appendFileSync(process.env.JOURNAL ?? "", "begin\n");
    context.log("step began");
    await released();
    appendFileSync(process.env.JOURNAL ?? "", "end\n");
    return "done";
  },
});

df.app.orchestration("work", function* (context) {
  const result: string = yield context.df.callActivity("step");
  return result;
});
