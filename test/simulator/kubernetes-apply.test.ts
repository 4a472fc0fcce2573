import { beforeEach, describe, expect, it } from "vitest";
import { deployment, type Harness, startCluster } from "./kubernetes-harness.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const STRATEGIC = "application/strategic-merge-patch+json";
const MERGE = "application/merge-patch+json";

let harness: Harness;
beforeEach(() => {
  harness = startCluster();
});

const managersOf = (object: { metadata: { managedFields?: Array<{ manager: string; operation: string }> } }) =>
  (object.metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`).sort();

describe("server-side apply", () => {
  it("creates what is not there (201), changes what is (200), and leaves an equal object as it is", async () => {
    const first = await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 2));
    expect(first.status).toBe(201);
    const again = await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 2));
    expect(again.status).toBe(200);
    const read = await harness.object(`${DEPLOYMENTS}/web`);
    const third = await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 2));
    expect(third.body.metadata.resourceVersion).toBe(read.metadata.resourceVersion);
    expect(managersOf(third.body)).toEqual(["tester Apply"]);
  });

  it("takes away what the manager no longer applies, and nothing that another set", async () => {
    const labelled = { ...deployment("web", 1), metadata: { name: "web", labels: { a: "1", b: "2" } } };
    await harness.apply(`${DEPLOYMENTS}/web`, labelled);
    await harness.call("PATCH", `${DEPLOYMENTS}/web`, { metadata: { labels: { c: "3" } } }, MERGE, {
      "user-agent": "somebody/1",
    });
    const { body } = await harness.apply(`${DEPLOYMENTS}/web`, {
      ...labelled,
      metadata: { name: "web", labels: { a: "1" } },
    });
    expect(body.metadata.labels).toEqual({ a: "1", c: "3" });
    expect(managersOf(body)).toEqual(["somebody Update", "tester Apply"]);
  });

  it("refuses with 409 what another manager has set, names it and the field, and takes it over when forced", async () => {
    await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 1), "fieldManager=one");
    const other = deployment("web", 1, {}, { image: "registry.example.com/main:2" });
    const { status, body } = await harness.apply(`${DEPLOYMENTS}/web`, other, "fieldManager=two");
    expect([status, body]).toMatchObject([
      409,
      {
        reason: "Conflict",
        details: {
          causes: [
            {
              reason: "FieldManagerConflict",
              message: 'conflict with "one"',
              field: '.spec.template.spec.containers[name="main"].image',
            },
          ],
        },
      },
    ]);
    const forced = await harness.apply(`${DEPLOYMENTS}/web`, other, "fieldManager=two&force=true");
    expect(forced.status).toBe(200);
    expect((await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 1), "fieldManager=one")).status).toBe(409);
  });

  it("merges containers and their ports by their keys", async () => {
    const ports = (...list: object[]) => deployment("web", 1, {}, { ports: list });
    await harness.apply(`${DEPLOYMENTS}/web`, ports({ containerPort: 80 }), "fieldManager=one");
    const sidecar = deployment("web", 1);
    sidecar.spec.template.spec.containers = [{ name: "proxy", image: "registry.example.com/proxy:1" }];
    const { body } = await harness.apply(`${DEPLOYMENTS}/web`, sidecar, "fieldManager=two");
    expect(body.spec.template.spec.containers).toMatchObject([
      { name: "main", ports: [{ containerPort: 80 }] },
      { name: "proxy" },
    ]);
    const more = await harness.apply(
      `${DEPLOYMENTS}/web`,
      ports({ containerPort: 80, name: "http" }, { containerPort: 90 }),
      "fieldManager=one",
    );
    expect(more.body.spec.template.spec.containers[0].ports).toEqual([
      { containerPort: 80, name: "http" },
      { containerPort: 90 },
    ]);
    const gone = await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 1), "fieldManager=one");
    expect(gone.body.spec.template.spec.containers[0]).not.toHaveProperty("ports");
  });

  it("needs a field manager, and reads YAML", async () => {
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: note\ndata:\n  text: hello\n";
    const path = "/api/v1/namespaces/default/configmaps/note";
    expect((await harness.call("PATCH", path, yaml, "application/apply-patch+yaml")).status).toBe(400);
    const { status, body } = await harness.call(
      "PATCH",
      `${path}?fieldManager=me`,
      yaml,
      "application/apply-patch+yaml",
    );
    expect([status, body.data]).toEqual([201, { text: "hello" }]);
  });

  it("changes nothing on a dry run, and says what it would come to", async () => {
    const { status } = await harness.apply(`${DEPLOYMENTS}/web`, deployment("web", 1), "fieldManager=me&dryRun=All");
    expect(status).toBe(201);
    expect((await harness.call("GET", `${DEPLOYMENTS}/web`)).status).toBe(404);
  });
});

describe("patches", () => {
  beforeEach(async () => {
    await harness.create(DEPLOYMENTS, deployment("web", 1, { tolerations: [{ key: "a", operator: "Exists" }] }));
  });

  const podSpec = async () => (await harness.object(`${DEPLOYMENTS}/web`)).spec.template.spec;
  const patchPodSpec = (spec: object, type = STRATEGIC) =>
    harness.call("PATCH", `${DEPLOYMENTS}/web`, { spec: { template: { spec } } }, type);

  it("merges containers by name when strategic, and replaces them when plain", async () => {
    await patchPodSpec({ containers: [{ name: "proxy", image: "p" }] });
    expect((await podSpec()).containers.map(({ name }: { name: string }) => name)).toEqual(["main", "proxy"]);
    await patchPodSpec({ containers: [{ name: "proxy", $patch: "delete" }] });
    expect((await podSpec()).containers.map(({ name }: { name: string }) => name)).toEqual(["main"]);
    await patchPodSpec({ containers: [{ name: "only", image: "o" }] }, MERGE);
    expect((await podSpec()).containers.map(({ name }: { name: string }) => name)).toEqual(["only"]);
  });

  it("replaces tolerations whole, as they have no merge key", async () => {
    await patchPodSpec({ tolerations: [{ key: "b", operator: "Exists" }] });
    expect((await podSpec()).tolerations).toEqual([{ key: "b", operator: "Exists" }]);
  });

  it("orders, retains and drops as the directives of a strategic patch say", async () => {
    await patchPodSpec({
      containers: [{ name: "proxy", image: "p" }],
      "$setElementOrder/containers": [{ name: "proxy" }, { name: "main" }],
    });
    expect((await podSpec()).containers.map(({ name }: { name: string }) => name)).toEqual(["proxy", "main"]);
    const finalizers = { metadata: { finalizers: ["a.example.com/one", "b.example.com/two"] } };
    await harness.call("PATCH", `${DEPLOYMENTS}/web`, finalizers, STRATEGIC);
    const drop = { metadata: { "$deleteFromPrimitiveList/finalizers": ["a.example.com/one"] } };
    const { body } = await harness.call("PATCH", `${DEPLOYMENTS}/web`, drop, STRATEGIC);
    expect(body.metadata.finalizers).toEqual(["b.example.com/two"]);
  });

  it.each([
    [[{ op: "test", path: "/spec/replicas", value: 2 }], 422],
    [[{ op: "remove", path: "/spec/nothing" }], 422],
    [[{ op: "shake", path: "/spec" }], 400],
    [[{ op: "replace", path: "/spec/replicas", value: 3 }], 200],
  ])("of JSON %j is answered with %i", async (patch, status) => {
    const answer = await harness.call("PATCH", `${DEPLOYMENTS}/web`, patch, "application/json-patch+json");
    expect(answer.status).toBe(status);
  });

  it("of a type that is not known are refused with 415", async () => {
    expect((await harness.call("PATCH", `${DEPLOYMENTS}/web`, {}, "text/plain")).status).toBe(415);
  });

  it("cannot change what is immutable (422)", async () => {
    const { status, body } = await harness.call(
      "PATCH",
      `${DEPLOYMENTS}/web`,
      { spec: { selector: { matchLabels: { app: "other" } } } },
      MERGE,
    );
    expect([status, body.message]).toEqual([
      422,
      'Deployment.apps "web" is invalid: spec.selector: Invalid value: field is immutable',
    ]);
  });
});
