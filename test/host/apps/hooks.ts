import { appendFileSync } from "node:fs";
import { app, type HttpFunctionOptions, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";

/** Writes a line for the test to read, also when nobody can be answered any more. */
function note(line: string): void {
  appendFileSync(process.env.JOURNAL ?? "", `${line}\n`);
}

const failing = new Set((process.env.FAILING_HOOKS ?? "").split(","));

app.hook.appStart((context) => {
  if (failing.has("appStart")) throw new Error("no licence");
  context.hookData.startedBy = "appStart";
  note("appStart");
});

app.hook.appTerminate((context) => {
  note(`appTerminate after ${context.hookData.startedBy}`);
  if (failing.has("appTerminate")) throw new Error("cannot let go");
});

app.hook.preInvocation(async (context) => {
  await new Promise((resolve) => setImmediate(resolve));
  const { functionName } = context.invocationContext;
  note(`first pre ${functionName}`);
  context.hookData.seen = ["first pre"];
  if (failing.has("preInvocation")) throw new Error("not today");
});

app.hook.preInvocation((context) => {
  (context.hookData.seen as string[]).push("second pre");
  if (context.invocationContext.functionName === "wrapped") {
    const { functionHandler } = context;
    context.functionHandler = async (_input: unknown, invocation: InvocationContext) => {
      const inner = (await functionHandler("given by the hook", invocation)) as { body: string };
      return { body: `<${inner.body}>` };
    };
  }
  if (context.invocationContext.functionName === "step") context.inputs = ["given by the hook"];
});

app.hook.postInvocation((context) => {
  const { functionName } = context.invocationContext;
  note(`post ${functionName}: ${(context.hookData.seen as string[]).join(", ")}; error ${String(context.error)}`);
  if (failing.has("postInvocation")) throw new Error("no afterwards");
  if (functionName === "mended") {
    context.result = { body: `mended: ${(context.error as Error).message}` };
    context.error = null;
  }
  if (functionName === "spoilt") context.error = new Error("spoilt by the hook");
});

app.hook.log((context) => {
  if (context.category !== "user") return;
  context.message = context.message.replace(/sig=\w+/, "sig=***");
  if (context.message.startsWith("loud")) context.level = "error";
  if (context.message.startsWith("never")) context.level = "none";
});

const disposed = app.hook.preInvocation(() => note("a hook that was taken back"));
disposed.dispose();

const options: Pick<HttpFunctionOptions, "authLevel"> = { authLevel: "anonymous" };
app.http("plain", {
  ...options,
  handler: (_request, context) => {
    context.log("posting to https://hook.example/?sig=abc123");
    context.debug("loud whisper");
    context.log("never said");
    return { body: "plain" };
  },
});
app.http("wrapped", { ...options, handler: (request) => ({ body: String(request) }) });
app.http("mended", {
  ...options,
  handler: () => {
    throw new Error("broken");
  },
});
app.http("spoilt", { ...options, handler: () => ({ body: "fine" }) });
app.http("late", {
  ...options,
  handler: () => {
    app.http("tooLate", { ...options, handler: () => ({}) });
    return {};
  },
});

df.app.activity("step", { handler: (input: unknown) => input });
df.app.orchestration("work", function* (context) {
  const result: unknown = yield context.df.callActivity("step", "given by the orchestration");
  return result;
});
