import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideEvent, type FleetEvent, readEvent } from "./events.ts";

const SOURCE =
  "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-dev/providers/Microsoft.ContainerService/managedClusters/dev-weu";
const CLUSTERS = new Map([[SOURCE.toLowerCase(), "dev-weu"]]);
const ID = "1234567890abcdef1234567890abcdef12345678";
const TIME = "2026-03-01T04:52:57.0000000Z";
const VERSIONS = {
  latestSupportedKubernetesVersion: "1.34.2",
  latestStableKubernetesVersion: "1.33.6",
  lowestMinorKubernetesVersion: "1.31.13",
  latestPreviewKubernetesVersion: "1.35.0",
};

/** As Event Grid's own schema has it. */
function gridEvent(type: string, data: unknown) {
  const meta = { dataVersion: "1", metadataVersion: "1" };
  return { topic: SOURCE, subject: "dev-weu", eventType: type, id: ID, data, ...meta, eventTime: TIME };
}

/** As CloudEvents 1.0 has it. */
function cloudEvent(type: string, data: unknown) {
  return { source: SOURCE, subject: "dev-weu", type, time: TIME, id: ID, data, specversion: "1.0" };
}

function event(type: string, data: unknown, change: Partial<FleetEvent> = {}): FleetEvent {
  return { id: ID, type: `Microsoft.ContainerService.${type}`, source: SOURCE, time: TIME, data, ...change };
}

describe("reading an event", () => {
  const type = "Microsoft.ContainerService.NewKubernetesVersionAvailable";

  it.each([
    ["Event Grid schema", gridEvent(type, VERSIONS)],
    ["CloudEvent", cloudEvent(type, VERSIONS)],
    [
      "CloudEvent with extensions",
      { ...cloudEvent(type, VERSIONS), traceparent: "00-1", datacontenttype: "application/json" },
    ],
  ])("takes the same from the %s", (_schema, raw) => {
    expect(readEvent(raw)).toMatchObject({ id: ID, type, source: SOURCE, time: TIME, data: VERSIONS });
  });

  it("needs no time in a CloudEvent, where it is optional", () => {
    expect(readEvent({ ...cloudEvent(type, VERSIONS), time: undefined })).toMatchObject({ id: ID, time: "" });
  });

  it.each([
    ["an id", { ...gridEvent(type, {}), id: "" }, /^id: /],
    ["a topic", { ...gridEvent(type, {}), topic: undefined }, /^topic: /],
    ["an event type", { ...gridEvent(type, {}), eventType: 7 }, /^eventType: /],
    ["an event time", { ...gridEvent(type, {}), eventTime: undefined }, /^eventTime: /],
    ["a CloudEvent's source", { ...cloudEvent(type, {}), source: "" }, /^source: /],
    ["a CloudEvent's type", { ...cloudEvent(type, {}), type: null }, /^type: /],
    ["version 1.0 of CloudEvents", { ...cloudEvent(type, {}), specversion: "0.3" }, /^specversion: /],
    ["all it lacks", { specversion: "1.0" }, /id: .*source: .*type: /],
    ["an object", "hello", /^the event: /],
    ["an object", null, /^the event: /],
    ["one event, not a list", [gridEvent(type, {})], /topic: |the event: /],
  ])("asks for %s", (_what, raw, mistakes) => {
    const read = readEvent(raw);
    expect("mistakes" in read && read.mistakes).toMatch(mistakes);
  });

  it("answers an event or mistakes for anything at all, and never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        const read = readEvent(raw);
        expect("mistakes" in read ? read.mistakes : read.id).not.toBe("");
      }),
    );
  });
});

describe("what an event asks for", () => {
  it.each([
    [
      "a new version starts an upgrade",
      event("NewKubernetesVersionAvailable", VERSIONS),
      { kind: "start", cluster: "dev-weu", reason: "AKS offers Kubernetes 1.34.2 for dev-weu", facts: "1.34.2|1.33.6" },
    ],
    [
      "a new version without a preview starts an upgrade",
      event("NewKubernetesVersionAvailable", {
        latestSupportedKubernetesVersion: "1.34.2",
        latestPreviewKubernetesVersion: null,
      }),
      { kind: "start", cluster: "dev-weu", reason: "AKS offers Kubernetes 1.34.2 for dev-weu", facts: "1.34.2|" },
    ],
    ...["NodePoolRollingStarted", "NodePoolRollingSucceeded", "NodePoolRollingFailed"].map(
      (type) =>
        [
          `${type} wakes who waits for the pool`,
          event(type, { nodePoolName: "shop" }),
          { kind: "wake", cluster: "dev-weu", pool: "shop", began: type === "NodePoolRollingStarted" },
        ] as const,
    ),
    ...[
      ["ClusterSupportEnding", "is ending"],
      ["ClusterSupportEnded", "has ended"],
    ].map(([type, ends]): [string, FleetEvent, unknown] => [
      `${type} starts an upgrade of what is out of date`,
      event(`${type}`, { kubernetesVersion: "1.31.13" }),
      {
        kind: "start",
        cluster: "dev-weu",
        reason: `AKS support for Kubernetes 1.31.13 of dev-weu ${ends}`,
        facts: `support ${ends}|1.31.13`,
      },
    ]),
    [
      "a type of AKS that nobody knows is a dead letter",
      event("ClusterDeleted", {}),
      {
        kind: "dead-letter",
        code: "UnknownEventType",
        reason: "events of type Microsoft.ContainerService.ClusterDeleted are not handled here",
      },
    ],
    [
      "a type of another service is a dead letter, also for a known cluster",
      event("", {}, { type: "Microsoft.ContainerRegistry.ImagePushed" }),
      {
        kind: "dead-letter",
        code: "UnknownEventType",
        reason: "events of type Microsoft.ContainerRegistry.ImagePushed are not handled here",
      },
    ],
    [
      "a cluster that is not in the fleet is a dead letter",
      event("NewKubernetesVersionAvailable", VERSIONS, { source: `${SOURCE}2` }),
      { kind: "dead-letter", code: "UnknownCluster", reason: `${SOURCE}2 is not a cluster of fleet.yaml` },
    ],
  ] as const)("%s", (_rule, incoming, expected) => {
    expect(decideEvent(incoming, CLUSTERS)).toEqual(expected);
  });

  it.each([
    ["lower case", SOURCE.toLowerCase()],
    ["upper case", SOURCE.toUpperCase()],
    ["the case of Event Grid's subscriptions", SOURCE.replace("resourceGroups", "resourcegroups")],
  ])("knows a cluster by its resource id in %s", (_case, source) => {
    const decision = decideEvent(event("NewKubernetesVersionAvailable", VERSIONS, { source }), CLUSTERS);
    expect(decision).toMatchObject({ kind: "start", cluster: "dev-weu" });
  });

  it.each([
    ["NewKubernetesVersionAvailable", undefined, /: data: /],
    ["NewKubernetesVersionAvailable", {}, /data\.latestSupportedKubernetesVersion: /],
    [
      "NewKubernetesVersionAvailable",
      { latestSupportedKubernetesVersion: "" },
      /data\.latestSupportedKubernetesVersion: /,
    ],
    [
      "NewKubernetesVersionAvailable",
      { latestSupportedKubernetesVersion: 1.34 },
      /data\.latestSupportedKubernetesVersion: /,
    ],
    ["NodePoolRollingSucceeded", {}, /data\.nodePoolName: /],
    ["NodePoolRollingSucceeded", { nodePoolName: "" }, /data\.nodePoolName: /],
    ["NodePoolRollingFailed", "shop", /: data: /],
    ["ClusterSupportEnding", {}, /data\.kubernetesVersion: /],
    ["ClusterSupportEnded", { kubernetesVersion: "" }, /data\.kubernetesVersion: /],
  ])("%s with data %j is a dead letter that says what is wrong", (type, data, reason) => {
    const decision = decideEvent(event(type, data), CLUSTERS);
    expect(decision).toMatchObject({ kind: "dead-letter", code: "MalformedEvent" });
    expect(decision.kind === "dead-letter" && decision.reason).toMatch(reason);
  });
});
