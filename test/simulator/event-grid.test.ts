import { join } from "node:path";
import { AzureKeyCredential, EventGridPublisherClient } from "@azure/eventgrid";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import { temporaryFolder } from "../host/program.ts";
import { fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";
import { consent, startWebhook, type WebhookEndpoint } from "./webhook-endpoint.ts";

const folder = temporaryFolder();
let simulator: TestSimulator;
let hook: WebhookEndpoint;

beforeEach(async () => {
  hook = await startWebhook();
});
afterEach(async () => {
  await simulator.close();
  await hook.close();
});

const START_MS = Date.parse("2026-11-20T08:00:00Z");
const PROD = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-prod-weu/providers/Microsoft.ContainerService/managedClusters/prod-weu`;
const ENDING = "Microsoft.ContainerService.ClusterSupportEnding";

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${simulator.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function subscribe(settings: object = {}, name = "drydock"): Promise<Record<string, unknown>> {
  const response = await call("PUT", `/simulator/event-subscriptions/${name}`, { endpoint: hook.url, ...settings });
  return (await response.json()) as Record<string, unknown>;
}

/** Lets AKS tell something of a cluster, or of all four. */
const announce = (cluster: string, type = ENDING) =>
  call("POST", "/simulator/events", { type, ...(cluster === "all" ? {} : { cluster }) });

interface Shown {
  readonly subscriptions: object[];
  readonly deliveries: Array<{ attempts: number; nextAttemptTime: string; lastOutcome?: string }>;
  readonly deadLetters: Array<{ subscription: string; event: Record<string, unknown> }>;
}

const shown = async () => (await (await call("GET", "/simulator/event-grid")).json()) as Shown;

/** Looks again until what is shown is so; each look is a request, so that what is under way goes on. */
async function showsThat(condition: (state: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const state = await shown();
    if (condition(state)) return state;
  }
}

/** Looks again until so many notifications have arrived. */
const arrived = (count: number) => showsThat(() => hook.notifications().length >= count);

describe("the handshake", () => {
  it("asks an endpoint of Event Grid's schema to echo a code", async () => {
    simulator = await startSimulator();
    expect(await subscribe()).toMatchObject({ provisioningState: "Succeeded", schema: "EventGridSchema" });
    const [request] = hook.received;
    const [event] = JSON.parse(request?.text ?? "") as [Record<string, unknown>];
    expect(request?.headers["aeg-event-type"]).toBe("SubscriptionValidation");
    expect(event).toMatchObject({
      eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
      metadataVersion: "1",
      data: {
        validationCode: expect.any(String),
        validationUrl: expect.stringContaining("/simulator/event-subscriptions/drydock/validate?code="),
      },
    });
  });

  it("asks an endpoint of CloudEvents by OPTIONS", async () => {
    simulator = await startSimulator();
    expect(await subscribe({ schema: "CloudEventSchemaV1_0" })).toMatchObject({ provisioningState: "Succeeded" });
    expect(hook.received).toMatchObject([
      {
        method: "OPTIONS",
        headers: { "webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120" },
      },
    ]);
  });

  it("never shows the key of an endpoint", async () => {
    simulator = await startSimulator();
    const answered = await subscribe();
    expect(JSON.stringify([answered, await shown()])).not.toContain("secret");
    expect(answered).toMatchObject({ endpointBaseUrl: hook.url.replace(/\?.*/, "") });
  });

  it.each([
    [{ status: 401 }, /failed: it answered 401/],
    [{ status: 202 }, /failed: it answered 202/],
  ])("refuses a subscription whose endpoint answers %j", async (answer, message) => {
    simulator = await startSimulator();
    hook.handshake = () => answer;
    expect(await subscribe()).toEqual({ error: { code: "Url validation", message: expect.stringMatching(message) } });
    expect((await shown()).subscriptions).toEqual([]);
  });

  it.each(["EventGridSchema", "CloudEventSchemaV1_0"])(
    "takes a plain 200 for no consent (%s), and the validation URL for one",
    async (schema) => {
      simulator = await startSimulator();
      hook.handshake = () => ({ status: 200 });
      expect(await subscribe({ schema })).toMatchObject({ provisioningState: "AwaitingManualAction" });
      await announce("prod-weu");
      await showsThat(({ deliveries }) => deliveries[0]?.lastOutcome === "EndpointNotValidated");
      expect(hook.notifications()).toEqual([]);
      const [asked] = hook.received;
      const url = /http[^"]+validate\?code=[\w-]+/.exec(
        `${asked?.text}${asked?.headers["webhook-request-callback"]}`,
      )?.[0];
      expect((await fetch(`${url}x`)).status).toBe(404);
      expect((await fetch(url ?? "")).status).toBe(200);
      simulator.clock.advance(11);
      await arrived(1);
    },
  );
});

describe("a delivery", () => {
  it("carries one event in an array of Event Grid's schema, with the service's headers", async () => {
    simulator = await startSimulator();
    await subscribe();
    await announce("prod-weu");
    await arrived(1);
    const [request] = hook.notifications();
    expect(request?.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "aeg-event-type": "Notification",
      "aeg-subscription-name": "DRYDOCK",
      "aeg-delivery-count": "0",
      "aeg-data-version": "1",
      "aeg-metadata-version": "1",
    });
    expect(JSON.parse(request?.text ?? "")).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        topic: PROD,
        subject: "prod-weu",
        eventType: ENDING,
        eventTime: "2026-11-20T08:00:00.000Z",
        data: { kubernetesVersion: "1.33.5" },
        dataVersion: "1",
        metadataVersion: "1",
      },
    ]);
    await showsThat(({ deliveries }) => deliveries.length === 0);
  });

  it("carries a CloudEvent alone, and several as a batch", async () => {
    simulator = await startSimulator();
    await subscribe({ schema: "CloudEventSchemaV1_0", includedEventTypes: [ENDING] }, "one");
    await announce("prod-weu");
    await arrived(1);
    const [single] = hook.notifications();
    expect(single?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(JSON.parse(single?.text ?? "")).toMatchObject({ source: PROD, type: ENDING, specversion: "1.0" });
    await call("DELETE", "/simulator/event-subscriptions/one");
    await subscribe({ schema: "CloudEventSchemaV1_0", maxEventsPerBatch: 3 }, "many");
    const { status } = await call("POST", "/simulator/events", { type: ENDING });
    expect(status).toBe(202);
    await arrived(3);
    const sizes = hook
      .notifications()
      .slice(1)
      .map(({ headers, text }) => {
        expect(headers["content-type"]).toBe("application/cloudevents-batch+json; charset=utf-8");
        return (JSON.parse(text) as unknown[]).length;
      });
    expect(sizes).toEqual([3, 1]);
  });

  it("goes only to who asked for its type and subject", async () => {
    simulator = await startSimulator();
    await subscribe({
      includedEventTypes: ["microsoft.containerservice.clustersupportending"],
      subjectBeginsWith: "PROD",
    });
    await announce("all", "Microsoft.ContainerService.ClusterSupportEnded");
    await announce("all");
    await arrived(2);
    await showsThat(({ deliveries }) => deliveries.length === 0);
    expect(hook.events().map(({ subject }) => subject)).toEqual(["prod-neu", "prod-weu"]);
  });

  it("is tried again on the schedule of Event Grid, which counts the attempts, until it is a dead letter after a day", async () => {
    simulator = await startSimulator();
    await subscribe();
    hook.answers.push(...Array(30).fill({ status: 500 }));
    await announce("prod-weu");
    const waits = [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600];
    for (const [index, wait] of waits.entries()) {
      const { deliveries } = await showsThat((state) => state.deliveries[0]?.attempts === index + 1);
      const nextMs = Date.parse(deliveries[0]?.nextAttemptTime ?? "") - simulator.clock.nowMs();
      expect(nextMs).toBeGreaterThanOrEqual(wait * 1_000);
      expect(nextMs).toBeLessThanOrEqual(wait * 1_100);
      simulator.clock.advance(wait - 1);
      expect(hook.notifications()).toHaveLength(index + 1);
      simulator.clock.advance(nextMs / 1_000 - wait + 1);
    }
    let state = await shown();
    while (state.deliveries.length > 0) {
      simulator.clock.advance(3_600);
      state = await shown();
    }
    const { deadLetters } = state;
    expect(simulator.clock.nowMs() - START_MS).toBeLessThan(25 * 3_600_000);
    expect(deadLetters).toMatchObject([
      {
        subscription: "drydock",
        event: {
          eventType: ENDING,
          deadLetterReason: "TimeToLiveExceeded",
          deliveryAttempts: hook.notifications().length,
          lastDeliveryOutcome: "GenericError",
          publishTime: "2026-11-20T08:00:00.000Z",
        },
      },
    ]);
    const counts = hook.notifications().map(({ headers }) => headers["aeg-delivery-count"]);
    expect(counts).toEqual(counts.map((_, index) => String(index)));
  });

  it.each([
    [404, 300],
    [408, 120],
    [503, 30],
    [429, 10],
    [302, 10],
    [206, 10],
  ])("that is answered with %i waits %i s at least", async (status, seconds) => {
    simulator = await startSimulator();
    await subscribe();
    hook.answers.push({ status, headers: { location: hook.url } });
    await announce("prod-weu");
    const { deliveries } = await showsThat((state) => state.deliveries[0]?.attempts === 1);
    const waitMs = Date.parse(deliveries[0]?.nextAttemptTime ?? "") - simulator.clock.nowMs();
    expect(waitMs / 1_000).toBeGreaterThanOrEqual(seconds);
    expect(waitMs / 1_000).toBeLessThanOrEqual(seconds * 1.1);
  });

  it.each([
    [400, "BadRequest"],
    [401, "Unauthorized"],
    [403, "Forbidden"],
    [413, "PayloadTooLarge"],
  ])("that is answered with %i is a dead letter at once", async (status, outcome) => {
    simulator = await startSimulator();
    await subscribe({ schema: "CloudEventSchemaV1_0" });
    hook.answers.push({ status });
    await announce("prod-weu");
    const { deliveries, deadLetters } = await showsThat((state) => state.deadLetters.length === 1);
    expect(deliveries).toEqual([]);
    expect(deadLetters[0]?.event).toMatchObject({ deliveryattempts: 1, lastdeliveryoutcome: outcome, source: PROD });
  });

  it("ends after as many attempts as the subscription allows, and is dropped where no dead letters are kept", async () => {
    simulator = await startSimulator();
    await subscribe({ maxDeliveryAttempts: 2, deadLetter: false });
    hook.answers.push({ status: 500 }, { status: 500 });
    await announce("prod-weu");
    await showsThat((state) => state.deliveries[0]?.attempts === 1);
    simulator.clock.advance(11);
    const { deadLetters } = await showsThat(({ deliveries }) => deliveries.length === 0);
    expect(deadLetters).toEqual([]);
    expect(hook.notifications()).toHaveLength(2);
  });

  it("survives a restart, also one that was being sent", async () => {
    const stateDirectory = join(folder.path, "kept");
    simulator = await startSimulator({ stateDirectory });
    await subscribe();
    let answer: (value: { status: number }) => void = () => {};
    hook.answers.push({ status: 500 }, new Promise((resolve) => (answer = resolve)));
    await announce("prod-weu");
    await showsThat((state) => state.deliveries[0]?.attempts === 1);
    simulator.clock.advance(11);
    await arrived(1);
    const { clock } = simulator;
    await simulator.close();
    answer({ status: 200 });
    simulator = await startSimulator({ stateDirectory, clock });
    await showsThat(({ deliveries }) => deliveries.length === 0);
    const ids = hook.events().map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
  });
});

describe("the custom topic", () => {
  const client = (schema: "EventGrid" | "CloudEvent", key = simulator.eventGridTopicKey) =>
    new EventGridPublisherClient(simulator.eventGridTopicEndpoint, schema, new AzureKeyCredential(key), {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    });

  it("takes CloudEvents of the official client and leaves their source", async () => {
    simulator = await startSimulator();
    await subscribe({ schema: "CloudEventSchemaV1_0" });
    await client("CloudEvent").send([
      { id: "e1", source: PROD, subject: "prod-weu", type: ENDING, data: { kubernetesVersion: "1.33.5" } },
    ]);
    await arrived(1);
    expect(hook.events()).toMatchObject([
      { id: "e1", source: PROD, subject: "prod-weu", type: ENDING, data: { kubernetesVersion: "1.33.5" } },
    ]);
  });

  it("takes events of Event Grid's schema and puts its own topic on them", async () => {
    simulator = await startSimulator();
    await subscribe();
    await client("EventGrid").send([{ eventType: "Sample.Made", subject: "x", dataVersion: "7", data: {} }]);
    await arrived(1);
    expect(hook.events()).toMatchObject([
      {
        topic: expect.stringMatching(/Microsoft\.EventGrid\/topics\/drydock$/),
        eventType: "Sample.Made",
        dataVersion: "7",
      },
    ]);
  });

  it("refuses another key, and events that are none, with the place", async () => {
    simulator = await startSimulator();
    await expect(client("CloudEvent", "wrong").send([{ source: PROD, type: ENDING }])).rejects.toMatchObject({
      statusCode: 401,
    });
    const response = await fetch(simulator.eventGridTopicEndpoint, {
      method: "POST",
      headers: { "aeg-sas-key": simulator.eventGridTopicKey, "content-type": "application/json" },
      body: JSON.stringify([{ id: "1", subject: "", eventType: "x", eventTime: "yesterday", data: {} }]),
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { code: "BadRequest", message: expect.stringMatching(/^event 0: eventTime: /) } },
    ]);
  });
});

describe("AKS", () => {
  it("tells of a new version as azure.yaml has it", async () => {
    simulator = await startSimulator();
    await subscribe();
    await announce("DEV-weu", "Microsoft.ContainerService.NewKubernetesVersionAvailable");
    await arrived(1);
    expect(hook.events()).toMatchObject([
      {
        subject: "dev-weu",
        data: {
          latestSupportedKubernetesVersion: "1.34.2",
          latestStableKubernetesVersion: "1.33.6",
          lowestMinorKubernetesVersion: "1.33.6",
          latestPreviewKubernetesVersion: "1.35.0",
        },
      },
    ]);
    expect((await announce("nowhere")).status).toBe(404);
  });

  it("tells when a pool begins to roll and how it ended", async () => {
    simulator = await startSimulator();
    await subscribe();
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    const path = `${PROD}/agentPools/apps/upgradeNodeImageVersion?api-version=2025-08-01`;
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${simulator.url}${path}`, { method: "POST", headers })).status).toBe(202);
    await arrived(1);
    simulator.clock.advanceUntil(() => simulator.azure.runningOperation("prod-weu") === undefined, 7_200, 5);
    await arrived(2);
    expect(hook.events().map(({ topic, eventType, data }) => [topic, eventType, data])).toEqual([
      [PROD, "Microsoft.ContainerService.NodePoolRollingStarted", { nodePoolName: "apps" }],
      [PROD, "Microsoft.ContainerService.NodePoolRollingSucceeded", { nodePoolName: "apps" }],
    ]);
  });
});

describe("a scenario", () => {
  it("subscribes an endpoint that need not be there yet", async () => {
    let isUp = false;
    hook.handshake = (request) => (isUp ? consent(request) : { status: 503 });
    simulator = await startSimulator({
      scenario: { events: { subscriptions: [{ name: "mine", endpoint: hook.url }] } },
    });
    await announce("prod-weu");
    await showsThat((state) => state.deliveries[0]?.attempts === 1);
    isUp = true;
    simulator.clock.advance(11);
    await arrived(1);
    expect((await shown()).subscriptions).toMatchObject([{ name: "mine", provisioningState: "Succeeded" }]);
  });

  it("loses, doubles and delays events", async () => {
    const faults = [
      { match: { subject: "^dev" }, lost: true },
      { match: { subject: "^staging" }, doubled: true },
      { match: { type: "SupportEnding", subject: "prod-weu" }, delaySeconds: 600 },
    ];
    simulator = await startSimulator({ scenario: { events: { faults } } });
    await subscribe();
    await announce("all");
    await arrived(3);
    await showsThat(({ deliveries }) => deliveries.length === 1);
    const subjects = () => hook.events().map(({ subject }) => subject);
    expect(subjects().sort()).toEqual(["prod-neu", "staging-weu", "staging-weu"]);
    simulator.clock.advance(600);
    await arrived(4);
    expect(subjects().at(-1)).toBe("prod-weu");
  });

  it("lets events overtake one another, in the order that the seed decides", async () => {
    const orderOf = async (seed: number): Promise<unknown[]> => {
      const faults = [{ reorderedWithinSeconds: 300 }];
      simulator = await startSimulator({ seed, scenario: { events: { faults } } });
      await subscribe();
      const before = hook.events().length;
      await announce("all");
      for (let second = 0; second < 300; second += 1) {
        simulator.clock.advance(1);
        await shown();
      }
      await showsThat(({ deliveries }) => deliveries.length === 0);
      await simulator.close();
      return hook
        .events()
        .slice(before)
        .map(({ subject }) => subject);
    };
    const orders = [await orderOf(1), await orderOf(1), await orderOf(2), await orderOf(3)];
    expect(orders[0]).toEqual(orders[1]);
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
    simulator = await startSimulator();
  });

  it("hits the share of events that it names, from the nth on", async () => {
    const faults = [{ nth: 11, share: 0.5, lost: true }];
    simulator = await startSimulator({ scenario: { events: { faults } } });
    await subscribe({ maxEventsPerBatch: 5_000 });
    for (let round = 0; round < 25; round += 1) await announce("all");
    await showsThat(({ deliveries }) => deliveries.length === 0);
    const { length } = hook.events();
    expect(length).toBeGreaterThan(10 + 25);
    expect(length).toBeLessThan(10 + 65);
  });

  it.each([
    [{ faults: [{ lost: true, doubled: true }] }, /events\.faults\.0: must have exactly one of lost/],
    [
      { faults: [{ match: { type: "(" }, lost: true }] },
      /events\.faults\.0\.match\.type: must be a regular expression/,
    ],
    [{ subscriptions: [{ name: "mine", endpoint: "ftp://x" }] }, /events\.subscriptions\.0\.endpoint: must be an http/],
    [{ subscribers: [] }, /events: Unrecognized key/],
  ])("is refused with the place of its mistake: %j", async (events, message) => {
    simulator = await startSimulator();
    expect(() => parseScenario({ events }, "scenario.yaml")).toThrow(message);
  });
});
