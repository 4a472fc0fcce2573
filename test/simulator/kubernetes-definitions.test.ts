import { beforeEach, describe, expect, it } from "vitest";
import { type Harness, startCluster } from "./kubernetes-harness.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const BOATS = "/apis/example.com/v1/namespaces/default/boats";
const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["length"],
      properties: {
        length: { type: "integer", minimum: 1 },
        rig: { type: "string", enum: ["sloop", "ketch"] },
        crew: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["role"],
          items: { type: "object", properties: { role: { type: "string" }, name: { type: "string" } } },
        },
      },
    },
  },
};

const definition = {
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boats", kind: "Boat", shortNames: ["bt"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: "Length", type: "integer", jsonPath: ".spec.length" },
        ],
      },
      { name: "v1beta1", served: true, storage: false, schema: { openAPIV3Schema: schema } },
    ],
  },
};

const boat = (name: string, spec: object) => ({ metadata: { name }, spec });

let harness: Harness;
beforeEach(async () => {
  harness = startCluster();
  await harness.create(DEFINITIONS, definition);
});

describe("a CustomResourceDefinition", () => {
  it("is established at once, and its kind discovered in both forms", async () => {
    const { status } = await harness.object(`${DEFINITIONS}/boats.example.com`);
    expect(status.conditions).toMatchObject([{ type: "NamesAccepted" }, { type: "Established", status: "True" }]);
    expect((await harness.object("/apis/example.com/v1")).resources).toMatchObject([
      { name: "boats", kind: "Boat", shortNames: ["bt"] },
      { name: "boats/status" },
    ]);
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const { body } = await harness.call("GET", "/apis", undefined, undefined, { accept });
    const group = body.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "example.com");
    expect(group.versions.map(({ version }: { version: string }) => version)).toEqual(["v1", "v1beta1"]);
  });

  it("has its objects listed, watched and shown with its own columns", async () => {
    await harness.create(BOATS, boat("ann", { length: 9 }));
    const { body } = await harness.call("GET", BOATS, undefined, undefined, TABLE);
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(["Name", "Ready", "Length"]);
    expect(body.rows[0].cells).toEqual(["ann", "", "9"]);
    expect((await harness.object(`${BOATS.replace("v1", "v1beta1")}/ann`)).apiVersion).toBe("example.com/v1beta1");
  });

  it.each([
    [{}, "spec.length: Required value"],
    [{ length: "long" }, 'spec.length: Invalid value: "string": spec.length in body must be of type integer: "string"'],
    [{ length: 0 }, "spec.length: Invalid value: 0: spec.length in body should be greater than or equal to 1"],
    [{ length: 1, rig: "raft" }, 'spec.rig: Unsupported value: "raft": supported values: "sloop", "ketch"'],
  ])("refuses %j with 422", async (spec, message) => {
    const { status, body } = await harness.create(BOATS, boat("bad", spec));
    expect([status, body.message]).toEqual([422, `Boat "bad" is invalid: ${message}`]);
  });

  it("writes status on its own, and merges lists as the schema says", async () => {
    await harness.create(BOATS, { ...boat("ann", { length: 9 }), status: { afloat: true } });
    expect((await harness.object(`${BOATS}/ann`)).status).toEqual({ afloat: true });
    const patch = { status: { afloat: false }, spec: { length: 10 } };
    const { body } = await harness.call("PATCH", `${BOATS}/ann/status`, patch, "application/merge-patch+json");
    expect([body.status, body.spec, body.metadata.generation]).toEqual([{ afloat: false }, { length: 9 }, 1]);
    const crew = (role: string) => ({
      apiVersion: "example.com/v1",
      kind: "Boat",
      metadata: { name: "ann" },
      spec: { crew: [{ role, name: "x" }] },
    });
    await harness.apply(`${BOATS}/ann`, crew("cook"), "fieldManager=one");
    const merged = await harness.apply(`${BOATS}/ann`, crew("mate"), "fieldManager=two");
    expect(merged.body.spec.crew.map(({ role }: { role: string }) => role)).toEqual(["cook", "mate"]);
  });

  it("knows no strategic merge patch (415)", async () => {
    await harness.create(BOATS, boat("ann", { length: 9 }));
    expect((await harness.call("PATCH", `${BOATS}/ann`, {}, "application/strategic-merge-patch+json")).status).toBe(
      415,
    );
  });

  it("takes its objects along when it is deleted, and waits for their finalizers", async () => {
    await harness.create(BOATS, { ...boat("ann", { length: 9 }), metadata: { name: "ann", finalizers: ["a.b/c"] } });
    await harness.call("DELETE", `${DEFINITIONS}/boats.example.com`);
    expect((await harness.object(`${BOATS}/ann`)).metadata.deletionTimestamp).toBeDefined();
    await harness.call("PATCH", `${BOATS}/ann`, { metadata: { finalizers: [] } }, "application/merge-patch+json");
    expect((await harness.call("GET", BOATS)).status).toBe(404);
    expect((await harness.call("GET", `${DEFINITIONS}/boats.example.com`)).status).toBe(404);
  });
});
