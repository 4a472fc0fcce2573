import { afterEach, describe, expect, it } from "vitest";
import { subscriptionSettingsSchema } from "../../../simulator/eventgrid/subscription.ts";
import { fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "../start-simulator.ts";
import { startWebhook } from "../webhook-endpoint.ts";
import { createContract } from "./contract.ts";
import { deliveryMistakes } from "./event-deliveries.ts";
import { kubernetesMistakes, watchEventMistakes } from "./kubernetes-answers.ts";

const ORIGIN = "http://127.0.0.1";
const CLUSTERS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters`;
const ARM_HEADERS = {
  "x-ms-request-id": "00000000-0000-4000-8000-000000000000",
  "x-ms-correlation-request-id": "00000000-0000-4000-8000-000000000000",
  "x-ms-ratelimit-remaining-subscription-reads": "11999",
};

/** What is said of one answer. */
async function verdictOn(
  path: string,
  body: object,
  init: { status?: number; headers?: object; method?: string } = {},
) {
  const contract = createContract();
  const response = Response.json(body, {
    status: init.status ?? 200,
    headers: { ...ARM_HEADERS, ...init.headers },
  });
  await contract.inspect(new Request(`${ORIGIN}${path}`, { method: init.method ?? "GET" }), response);
  return contract.verify;
}

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "a",
    namespace: "shop",
    uid: "11111111-2222-4333-8444-555555555555",
    resourceVersion: "12",
    creationTimestamp: "2026-11-21T08:00:00Z",
  },
  spec: { containers: [{ name: "main" }] },
};

const { kind: _, apiVersion: __, ...ITEM } = POD;

describe("the contract of Resource Manager", () => {
  it("wants each request named and counted, and links that are absolute", async () => {
    expect(await verdictOn(CLUSTERS, { value: [] })).not.toThrow();
    expect(await verdictOn(CLUSTERS, { value: [] }, { headers: { "x-ms-request-id": "7" } })).toThrow(
      /x-ms-request-id/,
    );
    const uncounted = { headers: { "x-ms-ratelimit-remaining-subscription-reads": "many" } };
    expect(await verdictOn(CLUSTERS, { value: [] }, uncounted)).toThrow(/rate limit/);
    expect(await verdictOn(CLUSTERS, { value: [], nextLink: "/more" })).toThrow(/nextLink/);
  });

  it("wants a 202 to say where to ask again, and a poll's 202 when", async () => {
    const path = `${CLUSTERS}/c`;
    const location = `${ORIGIN}/subscriptions/s/operationresults/o?api-version=2025-07-01`;
    const poll = `/subscriptions/${SUBSCRIPTION}/operationresults/o`;
    const error = { error: { code: "c", message: "m" } };
    expect(await verdictOn(path, error, { status: 202 })).toThrow(/a 202 without/);
    const elsewhere = { status: 202, headers: { location: "https://management.azure.com/x?api-version=1" } };
    expect(await verdictOn(path, error, elsewhere)).toThrow(/leads elsewhere/);
    expect(await verdictOn(poll, {}, { status: 202, headers: { location } })).toThrow(/without Retry-After/);
  });

  it("wants one of the error envelopes, and Retry-After where a client is throttled", async () => {
    const body = { error: { code: "TooManyRequests", message: "m" } };
    expect(await verdictOn(CLUSTERS, body, { status: 429, headers: { "retry-after": "5" } })).not.toThrow();
    expect(await verdictOn(CLUSTERS, body, { status: 429 })).toThrow(/429 without Retry-After/);
    expect(await verdictOn(CLUSTERS, { message: "m" }, { status: 400 })).toThrow(/error envelopes/);
  });

  it("lets nothing pass that it cannot compare", async () => {
    expect(await verdictOn("/providers/A.B/things", {})).toThrow(/no reference/);
    expect(await verdictOn("/elsewhere", {})).toThrow(/no reference/);
  });
});

describe("the contract of Kubernetes", () => {
  const mistakes = (body: object, status = 200) =>
    kubernetesMistakes("GET", "/api/v1/namespaces/shop/pods/a", status, body).join("; ");

  it("knows the members of Kubernetes' own kinds, their types, and which must be there", () => {
    expect(mistakes(POD)).toBe("");
    expect(mistakes({ ...POD, colour: "red" })).toMatch(/colour: V1Pod has no such member/);
    expect(mistakes({ ...POD, spec: { containers: [{ name: 1 }] } })).toMatch(/name: is a number, not a string/);
    expect(mistakes({ ...POD, spec: {} })).toMatch(/containers: is missing/);
    expect(mistakes({ ...POD, metadata: { ...POD.metadata, creationTimestamp: "today" } })).toMatch(/no instant/);
    expect(mistakes({ ...POD, metadata: { ...POD.metadata, uid: "x" } })).toMatch(/no UUID/);
  });

  it("wants a Status of every refusal, with the code of the answer", () => {
    const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: "m" };
    expect(mistakes({ ...status, reason: "NotFound", code: 404 }, 404)).toBe("");
    expect(mistakes({ ...status, reason: "NotFound", code: 400 }, 404)).toMatch(/code is 400/);
    expect(mistakes({ ...status, reason: "Conflict", code: 404 }, 404)).toMatch(/does not go with 404/);
    expect(mistakes({ error: "m" }, 500)).toMatch(/a refusal is a v1 Status/);
  });

  it("compares lists item by item, and events of watches", () => {
    const list = { kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "20" }, items: [ITEM] };
    expect(mistakes(list)).toBe("");
    expect(mistakes({ ...list, items: [POD] })).toMatch(/says its kind/);
    expect(mistakes({ ...list, metadata: {} })).toMatch(/resourceVersion/);
    expect(mistakes({ ...list, items: [{ ...ITEM, mood: 1 }] })).toMatch(/mood/);
    expect(watchEventMistakes({ type: "ADDED", object: POD })).toEqual([]);
    expect(watchEventMistakes({ type: "CHANGED", object: POD })).toEqual(["type CHANGED is none"]);
    expect(watchEventMistakes({ type: "BOOKMARK", object: { metadata: {} } })).toHaveLength(1);
  });
});

describe("the contract of events", () => {
  const event = {
    id: "1",
    topic: "/subscriptions/s/x",
    subject: "prod",
    eventType: "Microsoft.ContainerService.NodePoolRollingStarted",
    eventTime: "2026-11-21T08:00:00Z",
    data: { nodePoolName: "apps" },
    dataVersion: "1",
    metadataVersion: "1",
  };
  const headers = new Headers({
    "aeg-event-type": "Notification",
    "aeg-delivery-count": "0",
    "content-type": "application/json; charset=utf-8",
  });
  const mistakes = (body: unknown) => deliveryMistakes(headers, JSON.stringify(body)).join("; ");

  it("knows the envelope and the data of each of Azure's events", () => {
    expect(mistakes([event])).toBe("");
    expect(mistakes(event)).toMatch(/always comes as a list/);
    expect(mistakes([{ ...event, data: {} }])).toMatch(/nodePoolName is missing/);
    expect(mistakes([{ ...event, data: { nodePoolName: "apps", image: "x" } }])).toMatch(/image is no member/);
    expect(mistakes([{ ...event, eventTime: "now" }])).toMatch(/eventTime must match format/);
    expect(mistakes([{ ...event, eventType: "Microsoft.ContainerService.Other" }])).toMatch(/no reference/);
  });
});

describe("a simulator that is compared with the references", () => {
  let simulator: TestSimulator;
  const planted = (close: Promise<void>) => expect(close).rejects;

  afterEach(() => simulator.close().catch(() => {}));

  async function get(path: string) {
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    await fetch(`${simulator.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }

  it("fails when it closes after an answer with a member that Azure does not have", async () => {
    simulator = await startSimulator();
    const cluster = simulator.azure.findCluster("dev-weu");
    if (!cluster) throw new Error("the sample fleet has no dev-weu");
    simulator.world.change(() => simulator.azure.putCluster({ ...cluster, kept: { colour: "red" } }));
    await get(`${CLUSTERS}?api-version=2025-07-01`);
    await planted(simulator.close()).toThrow(/does not have: properties.colour/);
  });

  it("fails when it closes after an object that Kubernetes does not have", async () => {
    simulator = await startSimulator();
    const nodes = simulator.azure.kubernetes("dev-weu").table("nodes");
    const [node] = nodes.list();
    if (!node) throw new Error("dev-weu has no nodes");
    simulator.world.change(() => nodes.update({ ...node, status: { ...node.status, mood: "good" } }));
    const token = simulator.azure.secrets.get("kubernetes/dev-weu");
    const headers = { authorization: `Bearer ${token}` };
    await fetch(`${simulator.url}/kubernetes/dev-weu/api/v1/nodes`, { headers });
    await planted(simulator.close()).toThrow(/mood: V1NodeStatus has no such member/);
  });

  it("fails when it closes after an event that Azure would not send", async () => {
    const hook = await startWebhook();
    simulator = await startSimulator();
    // Each request lets what is under way go on.
    const look = () => fetch(`${simulator.url}/simulator/event-grid`);
    await simulator.services.eventGrid.subscribe("one", subscriptionSettingsSchema.parse({ endpoint: hook.url }));
    simulator.world.change(() =>
      simulator.services.eventGrid.emit({
        source: "/subscriptions/s/x",
        subject: "prod",
        type: "Microsoft.ContainerService.NodePoolRollingStarted",
        data: { pool: "apps" },
      }),
    );
    await expect.poll(() => look().then(() => hook.events().length)).toBe(1);
    await planted(simulator.close()).toThrow(/nodePoolName is missing/);
    await hook.close();
  });
});
