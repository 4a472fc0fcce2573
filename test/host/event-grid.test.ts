import { request as httpRequest } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningApp, runApp } from "./running-app.ts";

let app: RunningApp;
/** Lines that were there before the test began. */
let earlier = 0;
beforeEach(async () => {
  app ??= await runApp("event-grid");
  earlier = app.lines.length;
});
afterAll(() => app?.stop());

const NOTIFICATION = { "aeg-event-type": "Notification", "content-type": "application/json" };
const CLUSTER =
  "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/fleet/providers/Microsoft.ContainerService/managedClusters/dev";

/** An event as AKS publishes it, in the Event Grid schema. */
const gridEvent = (id: string, subject = "dev") => ({
  topic: CLUSTER,
  subject,
  eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
  id,
  data: {
    latestSupportedKubernetesVersion: "1.20.7",
    latestStableKubernetesVersion: "1.19.11",
    lowestMinorKubernetesVersion: "1.18.19",
    latestPreviewKubernetesVersion: "1.21.1",
  },
  dataVersion: "1",
  metadataVersion: "1",
  eventTime: "2021-07-01T04:52:57.0000000Z",
});

/** The same in the CloudEvents schema, with an extension attribute. */
const cloudEvent = (id: string, subject = "dev") => ({
  source: CLUSTER,
  subject,
  type: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
  time: "2021-07-01T04:52:57.0000000Z",
  id,
  data: gridEvent(id).data,
  specversion: "1.0",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
});

interface Delivery {
  readonly functionName?: string;
  readonly code?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

/** Sends a request to the webhook as Event Grid does. */
async function deliver(body: unknown, delivery: Delivery = {}) {
  const { functionName = "onEvent", headers = NOTIFICATION, method = "POST" } = delivery;
  const code = "code" in delivery ? delivery.code : app.host.keys.system("eventgrid_extension");
  const query = new URLSearchParams({ functionName, ...(code === undefined ? {} : { code }) });
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await app.request(`/runtime/webhooks/EventGrid?${query}`, {
    method,
    headers,
    ...(method === "POST" ? { body: text } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const fresh = () => app.lines.slice(earlier);
/** What the functions of the app were called with since the test began. */
const received = () =>
  fresh().flatMap(({ msg }) => (msg.startsWith("received ") ? [JSON.parse(msg.slice("received ".length))] : []));
const warnings = () => fresh().filter(({ level }) => level === 40);

describe("the validation handshakes", () => {
  const validation = (data: unknown) => ({
    id: "2d1781af-3a4c-4d7c-bd0c-e34b19da4e66",
    topic: "/subscriptions/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
    subject: "",
    data,
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    eventTime: "2018-01-25T22:12:19.4556811Z",
    metadataVersion: "1",
    dataVersion: "1",
  });
  const headers = { "aeg-event-type": "SubscriptionValidation", "content-type": "application/json" };
  const data = {
    validationCode: "512d38b6-c7b8-40c8-89fe-f46f9e9622b6",
    validationUrl: "https://rp-eastus2.eventgrid.azure.net:553/eventsubscriptions/sub1/validate?id=512d38b6",
  };

  it.each([
    ["an array, as in the Event Grid schema", [validation(data)]],
    ["one object whose data is JSON inside of JSON", validation(JSON.stringify(data))],
  ])("the code is answered for %s, and no function is called", async (_what, body) => {
    const { status, text } = await deliver(body, { headers });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ validationResponse: data.validationCode });
    expect(received()).toEqual([]);
  });

  it.each([
    ["without a code", [validation({})]],
    ["with data that is no JSON", validation("{half")],
  ])("a validation %s is 400", async (_what, body) => {
    expect(await deliver(body, { headers })).toMatchObject({
      status: 400,
      text: "The validation event holds no data.validationCode.",
    });
  });

  it("CloudEvents: OPTIONS with an origin is given consent, in the words of the specification", async () => {
    const { status, headers: answer } = await deliver(undefined, {
      method: "OPTIONS",
      headers: {
        "WebHook-Request-Origin": "eventgrid.azure.net",
        "WebHook-Request-Callback": "https://rp-eastus.eventgrid.azure.net/callback",
        "WebHook-Request-Rate": "120",
      },
    });
    expect(status).toBe(200);
    expect(answer.get("WebHook-Allowed-Origin")).toBe("eventgrid.azure.net");
    expect(answer.get("WebHook-Allowed-Rate")).toBe("120");
    expect(answer.get("Allow")).toBe("POST, OPTIONS");
  });

  it("CloudEvents: OPTIONS without an origin is no question that can be answered", async () => {
    expect((await deliver(undefined, { method: "OPTIONS", headers: {} })).status).toBe(400);
  });

  it("the end of a subscription is taken note of and calls nothing", async () => {
    const ending = await deliver([gridEvent("1")], { headers: { "aeg-event-type": "Unsubscribe" } });
    expect(ending.status).toBe(202);
    expect(received()).toEqual([]);
  });
});

describe("notifications", () => {
  const cloudHeaders = (type: string) => ({ ...NOTIFICATION, "content-type": `application/${type}; charset=utf-8` });

  it.each([
    ["an array of one in the Event Grid schema", [gridEvent("a")], NOTIFICATION],
    ["an array of three in the Event Grid schema", ["a", "b", "c"].map((id) => gridEvent(id)), NOTIFICATION],
    ["a single CloudEvent", cloudEvent("a"), cloudHeaders("cloudevents+json")],
    ["a batch of CloudEvents", [cloudEvent("a"), cloudEvent("b")], cloudHeaders("cloudevents-batch+json")],
  ])("%s: one call an event, each exactly as sent, and 202", async (_what, body, headers) => {
    expect(await deliver(body, { headers })).toMatchObject({ status: 202, text: "" });
    expect(received()).toEqual([body].flat());
    const delivered = fresh().filter(({ msg }) => msg === "event delivered");
    expect(delivered.map(({ event }) => event)).toEqual([body].flat().map(({ id }) => id));
  });

  it("cardinality many: one call with all events", async () => {
    const body = [gridEvent("a"), gridEvent("b")];
    expect((await deliver(body, { functionName: "onBatch" })).status).toBe(202);
    expect(received()).toEqual([["a", "b"]]);
  });

  it("when one call fails the sender sees 500 with its reason, and the others have run", async () => {
    const body = [gridEvent("a"), gridEvent("b", "poison"), gridEvent("c")];
    expect(await deliver(body)).toMatchObject({ status: 500, text: "cannot digest b" });
    expect(received().map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(fresh().find(({ level }) => level === 50)).toMatchObject({ event: "b", error: "cannot digest b" });
    expect(fresh().flatMap(({ msg, event }) => (msg === "event delivered" ? [event] : []))).toEqual(["a", "c"]);
  });

  it("the whole request is taken again when the sender repeats it", async () => {
    const body = [gridEvent("a"), gridEvent("b", "poison")];
    await deliver(body);
    await deliver(body);
    expect(received().map(({ id }) => id)).toEqual(["a", "b", "a", "b"]);
  });

  it("a retry policy is used up before the sender hears of a failure", async () => {
    expect((await deliver([gridEvent("r")], { functionName: "onSecondAttempt" })).status).toBe(202);
    expect(received()).toEqual([{ id: "r" }, { id: "r", retry: 1 }]);
  });

  it("the name of the function is compared without regard to case", async () => {
    expect((await deliver([gridEvent("a")], { functionName: "ONEVENT" })).status).toBe(202);
  });
});

describe("what cannot be a delivery is refused, logged, and calls nothing", () => {
  it.each([
    ["an unknown function", "nobody", "cannot find function: 'nobody'"],
    ["a function of another trigger", "plain", "cannot find function: 'plain'"],
    ["no function", "", "cannot find function: ''"],
  ])("%s: 404", async (_what, functionName, text) => {
    expect(await deliver([gridEvent("a")], { functionName })).toMatchObject({ status: 404, text });
    expect(warnings()).toMatchObject([{ function: functionName }]);
    expect(received()).toEqual([]);
  });

  it.each([
    ["no key", () => undefined],
    ["a wrong key", () => "wrong"],
    ["the host key, which opens functions only", () => app.host.keys.host],
    ["another extension's key", () => app.host.keys.system("durabletask_extension")],
  ])("%s: 401 without a body, to events and to handshakes", async (_what, code) => {
    expect(await deliver([gridEvent("a")], { code: code() })).toMatchObject({ status: 401, text: "" });
    const options = { method: "OPTIONS", headers: { "WebHook-Request-Origin": "x" }, code: code() };
    expect((await deliver(undefined, options)).status).toBe(401);
    expect(warnings()).toHaveLength(2);
    expect(received()).toEqual([]);
  });

  it("the master key opens the webhook too", async () => {
    expect((await deliver([gridEvent("a")], { code: app.host.keys.master })).status).toBe(202);
  });

  it.each([
    ["malformed JSON", "[{", NOTIFICATION, /^The body is not JSON: /],
    ["an empty body", "", NOTIFICATION, /^The body is not JSON: /],
    ["an empty array", "[]", NOTIFICATION, /an empty array/],
    ["an array of numbers", '[{"id":"a"},1]', NOTIFICATION, /element 1/],
    ["a string", '"event"', NOTIFICATION, /no object/],
    ["no aeg-event-type", "[{}]", {}, /aeg-event-type is missing/],
    ["an unknown aeg-event-type", "[{}]", { "aeg-event-type": "Gossip" }, /"gossip"/],
  ])("%s: 400 that says what is wrong", async (_what, body, headers, reason) => {
    const answer = await deliver(body, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(reason);
    expect(warnings()).toMatchObject([{ function: "onEvent", message: answer.text }]);
    expect(received()).toEqual([]);
  });

  it.each([
    ["announced", true],
    ["in pieces of unknown number", false],
  ])("a body of 20 MB, %s: 413", async (_what, isAnnounced) => {
    const answer = await sendLarge(20 * 1024 * 1024, isAnnounced);
    expect(answer).toEqual({ status: 413, text: expect.stringMatching(/larger than 4096 KB/) });
    expect(warnings()).toMatchObject([{ path: "/runtime/webhooks/EventGrid", msg: expect.stringContaining("413") }]);
    expect(received()).toEqual([]);
    expect((await deliver([gridEvent("after")])).status).toBe(202);
  });
});

/** Sends one large, valid notification; answers what comes back, whether or not all of it could be sent. */
function sendLarge(size: number, isAnnounced: boolean): Promise<{ status: number; text: string }> {
  const event = { ...gridEvent("large"), data: "x".repeat(size) };
  const body = Buffer.from(JSON.stringify([event]));
  const code = encodeURIComponent(app.host.keys.system("eventgrid_extension"));
  const url = `${app.host.url}/runtime/webhooks/EventGrid?functionName=onEvent&code=${code}`;
  return new Promise((resolve, reject) => {
    const headers = { ...NOTIFICATION, ...(isAnnounced ? { "content-length": body.length } : {}) };
    const request = httpRequest(url, { method: "POST", headers });
    request.on("response", async (response) => {
      const pieces: string[] = [];
      for await (const piece of response.setEncoding("utf8")) pieces.push(piece as string);
      resolve({ status: response.statusCode ?? 0, text: pieces.join("") });
    });
    // The host stops reading early; what it answered counts, not that the rest could not be sent.
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ECONNRESET") reject(error);
    });
    request.end(body);
  });
}
