import { describe, expect, it } from "vitest";
import type { DurableEndpoints } from "../../local/engine/client-binding.ts";
import { createDurableHttpApi } from "../../local/engine/http-api.ts";
import { createHarness } from "./harness.ts";

const PREFIX = "/runtime/webhooks/durabletask";
const endpoints: DurableEndpoints = {
  baseUrl: `http://127.0.0.1:7071${PREFIX}`,
  systemKey: "KEY",
  rpcBaseUrl: "http://127.0.0.1:7072/durabletask/",
  taskHub: "Hub",
};

function api() {
  const harness = createHarness((df) => {
    df.app.activity("echo", { handler: (input: unknown) => input });
    df.app.activity("broken", {
      handler: () => {
        throw new Error("no");
      },
    });
    df.app.entity("Counter", (context) => {
      context.df.setState(((context.df.getState(() => 0) as number) ?? 0) + (context.df.getInput() as number));
    });
    df.app.orchestration("quick", function* (context) {
      return yield context.df.callActivity("echo", context.df.getInput());
    });
    df.app.orchestration("failing", function* (context) {
      yield context.df.callActivity("broken");
    });
    df.app.orchestration("waiting", function* (context) {
      return yield context.df.waitForExternalEvent("go");
    });
  });
  const handler = createDurableHttpApi(harness.engine, () => endpoints, PREFIX);
  const call = async (
    method: string,
    path: string,
    body = "",
    headers: Record<string, string> = { "content-type": "application/json" },
  ) => {
    const request = { method, url: new URL(`http://127.0.0.1:7071${PREFIX}${path}`), headers, body: Buffer.from(body) };
    const response = await handler(request);
    return { ...response, json: typeof response.body === "string" ? JSON.parse(response.body) : response.body };
  };
  return { harness, call };
}

describe("the durable HTTP management API", () => {
  it("starts an orchestration with 202 and the management URLs", async () => {
    const { call, harness } = api();
    const started = await call("POST", "/orchestrators/quick/my-id", '{"n":1}');
    expect(started.status).toBe(202);
    expect(started.headers).toMatchObject({
      "retry-after": "10",
      location: expect.stringContaining("/instances/my-id?"),
    });
    expect(Object.keys(started.json)).toEqual([
      "id",
      "statusQueryGetUri",
      "sendEventPostUri",
      "terminatePostUri",
      "purgeHistoryDeleteUri",
      "restartPostUri",
      "suspendPostUri",
      "resumePostUri",
    ]);
    await harness.engine.whenEnded("my-id");
    const status = await call("GET", "/instances/my-id?showHistory=true&showHistoryOutput=true");
    expect(status.json).toMatchObject({
      name: "quick",
      instanceId: "my-id",
      runtimeStatus: "Completed",
      input: { n: 1 },
      customStatus: null,
      output: { n: 1 },
      createdTime: "2026-03-01T00:00:00Z",
      lastUpdatedTime: "2026-03-01T00:00:00Z",
    });
    expect(status.json.historyEvents.map((event: { EventType: string }) => event.EventType)).toEqual([
      "ExecutionStarted",
      "TaskCompleted",
      "ExecutionCompleted",
    ]);
    expect(status.json.historyEvents[1]).toMatchObject({ FunctionName: "echo", Result: { n: 1 } });
  });

  it("waits for the output when asked to, and gives up with 202 in time", async () => {
    const { call } = api();
    expect(await call("POST", "/orchestrators/quick?timeout=10&pollingInterval=1", "5")).toMatchObject({
      status: 200,
      json: 5,
    });
    expect((await call("POST", "/orchestrators/waiting?timeout=10")).status).toBe(202);
  });

  it.each([
    ["POST", "/orchestrators/nowhere", "", 400, /doesn't exist/],
    ["POST", "/orchestrators/quick", "{nope", 400, /Invalid JSON content/],
    ["POST", "/orchestrators/quick/@bad", "", 400, /must not start with @/],
    ["GET", "/orchestrators/quick", "", 404, undefined],
    ["GET", "/instances/unknown", "", 404, undefined],
    ["DELETE", "/instances/unknown", "", 404, undefined],
    ["POST", "/instances/unknown/terminate", "", 404, undefined],
    ["POST", "/instances/unknown/raiseEvent/go", "1", 404, undefined],
    ["POST", "/instances/unknown/restart", "", 400, /does not match/],
    ["POST", "/instances/unknown/explode", "", 404, undefined],
    ["DELETE", "/instances", "", 400, /createdTimeFrom/],
    ["GET", "/entities/Counter/none", "", 404, undefined],
    ["POST", "/entities/Nowhere/k?op=add", "1", 400, /not an entity function/],
    ["POST", "/entities/Counter/k?op=add", "{nope", 400, /Could not parse JSON/],
    ["GET", "/elsewhere", "", 404, undefined],
    ["GET", "/instances?top=1", "", 200, undefined],
  ])("answers %s %s with the body %j by %i", async (method, path, body, status, message) => {
    const { call } = api();
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    if (message) expect(answer.json.Message).toMatch(message);
  });

  it("raises events, refuses other content types, and answers 410 once the instance has ended", async () => {
    const { call, harness } = api();
    await call("POST", "/orchestrators/waiting/w", "");
    expect((await call("GET", "/instances/w")).status).toBe(202);
    expect((await call("POST", "/instances/w/raiseEvent/go", "1", { "content-type": "text/plain" })).status).toBe(400);
    expect((await call("POST", "/instances/w/raiseEvent/go", "{nope")).status).toBe(400);
    expect((await call("POST", "/instances/w/RAISEEVENT/GO", '{"x":1}')).status).toBe(202);
    await harness.engine.whenEnded("w");
    expect((await call("GET", "/instances/w")).json.output).toEqual({ x: 1 });
    for (const operation of ["raiseEvent/go", "terminate", "suspend", "resume", "rewind"]) {
      expect((await call("POST", `/instances/w/${operation}`, "1")).status).toBe(410);
    }
    expect((await call("DELETE", "/instances/w")).json).toEqual({ instancesDeleted: 1 });
  });

  it("refuses a second start of a running id with 409, and a rewind of what has not failed with 412", async () => {
    const { call } = api();
    await call("POST", "/orchestrators/waiting/w");
    expect((await call("POST", "/orchestrators/waiting/w")).status).toBe(409);
    expect((await call("POST", "/instances/w/rewind")).status).toBe(412);
  });

  it("answers a failed instance with 200, or 500 when asked to", async () => {
    const { call, harness } = api();
    await call("POST", "/orchestrators/failing/f");
    await harness.engine.whenEnded("f");
    expect((await call("GET", "/instances/f")).status).toBe(200);
    const failed = await call("GET", "/instances/f?returnInternalServerErrorOnFailure=true");
    expect(failed.status).toBe(500);
    expect(failed.json.runtimeStatus).toBe("Failed");
  });

  it("lists by filter, hides inputs when asked to, and pages with a token", async () => {
    const { call, harness } = api();
    for (const id of ["a1", "a2", "b1"]) {
      await call("POST", `/orchestrators/quick/${id}`, "1");
      await harness.engine.whenEnded(id);
    }
    const page = await call("GET", "/instances?instanceIdPrefix=a&top=1&showInput=false");
    expect(page.json).toMatchObject([{ instanceId: "a1", input: null }]);
    const token = page.headers?.["x-ms-continuation-token"] ?? "";
    const rest = await call("GET", "/instances?instanceIdPrefix=a&top=1", "", { "x-ms-continuation-token": token });
    expect(rest.json).toMatchObject([{ instanceId: "a2" }]);
    expect(rest.headers?.["x-ms-continuation-token"]).toBe("");
    expect((await call("GET", "/instances?runtimeStatus=Running,Pending")).json).toEqual([]);
    expect((await call("DELETE", "/instances?createdTimeFrom=2026-01-01T00:00:00Z")).json).toEqual({
      instancesDeleted: 3,
    });
  });

  it("signals, reads, lists and deletes entities, whatever the case of their name", async () => {
    const { call, harness } = api();
    expect((await call("POST", "/entities/counter/k?op=add", "4")).status).toBe(202);
    await harness.settle();
    expect((await call("GET", "/entities/COUNTER/k")).json).toBe(4);
    expect((await call("GET", "/entities/counter?fetchState=true")).json).toMatchObject([
      { entityId: { name: "counter", key: "k" }, state: 4 },
    ]);
  });
});
