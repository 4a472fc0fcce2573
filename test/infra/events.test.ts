import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { roleSchema } from "../../domain/api/caller.ts";
import { decideEvent } from "../../domain/events.ts";
import { type BicepValue, memberAt, textOf } from "./bicep/bicep-file.ts";
import { parseBicep } from "./bicep/parse-bicep.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const events = parseBicep(read("infra/modules/cluster-events.bicep"));
const body = (symbol: string) => events.declarations.find(({ name }) => name === symbol)?.body;
const texts = (value: BicepValue | undefined) => (value?.kind === "array" ? value.items.map(textOf) : []);

/** All that AKS tells (learn.microsoft.com/azure/event-grid/event-schema-aks). */
const TYPES = [
  "NewKubernetesVersionAvailable",
  "ClusterSupportEnded",
  "ClusterSupportEnding",
  "NodePoolRollingStarted",
  "NodePoolRollingSucceeded",
  "NodePoolRollingFailed",
].map((type) => `Microsoft.ContainerService.${type}`);

describe("the subscription to a cluster's events", () => {
  it("asks for the types that the app acts upon, and no others", () => {
    const data = { latestSupportedKubernetesVersion: "1.34.2", kubernetesVersion: "1.32", nodePoolName: "apps" };
    const actsUpon = TYPES.filter((type) => {
      const event = { id: "1", type, source: "/cluster", time: "", data };
      return decideEvent(event, new Map([["/cluster", "prod"]])).kind !== "dead-letter";
    });
    const asked = texts(memberAt(body("subscription"), "properties", "filter", "includedEventTypes"));
    expect(asked.toSorted()).toEqual(actsUpon.toSorted());
  });

  it("delivers to the function that takes them", () => {
    const source = read("functions/on-container-service-event.ts");
    const name = /app\.eventGrid\("(\w+)"/.exec(source)?.[1] ?? "none";
    const id = memberAt(body("subscription"), "properties", "destination", "properties", "resourceId");
    expect(id?.kind === "template" && textOf(id.parts.at(-1))).toBe(`/functions/${name}`);
  });

  it("keeps what cannot be delivered, by the topic's own identity, in a container that is there", () => {
    const letters = memberAt(body("subscription"), "properties", "deadLetterWithResourceIdentity");
    expect(textOf(memberAt(letters, "identity", "type"))).toBe("SystemAssigned");
    const container = textOf(memberAt(letters, "deadLetterDestination", "properties", "blobContainerName"));
    const storage = parseBicep(read("infra/modules/storage.bicep"));
    const containers = storage.declarations
      .filter(({ type }) => type.includes("blobServices/containers@"))
      .map((declaration) => textOf(memberAt(declaration.body, "name")));
    expect(containers).toContain(container);
  });
});

describe("signing in", () => {
  const app = parseBicep(read("infra/modules/app.bicep"));
  const signIn = app.declarations.find(({ name }) => name === "signIn")?.body;

  it("is asked of everybody but Event Grid, which shows a key, and the probe of health", () => {
    const open = texts(memberAt(signIn, "properties", "globalValidation", "excludedPaths")).map((path) =>
      path?.toLowerCase(),
    );
    expect(new Set(open)).toEqual(new Set(["/runtime/webhooks/eventgrid", "/api/v1/health"]));
  });

  it("knows the app roles that the API asks for, and no others", () => {
    const roles: Array<{ value: string; id: string }> = JSON.parse(read("infra/app-roles.json"));
    expect(roles.map(({ value }) => value)).toEqual(roleSchema.options);
    expect(new Set(roles.map(({ id }) => id)).size).toBe(roles.length);
  });
});
