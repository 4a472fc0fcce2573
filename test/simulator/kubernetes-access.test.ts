import { beforeEach, describe, expect, it } from "vitest";
import { deployment, type Harness, startCluster } from "./kubernetes-harness.ts";

const PODS = "/api/v1/namespaces/default/pods";

let harness: Harness;
beforeEach(async () => {
  harness = startCluster();
  harness.addNodes({ name: "n1" });
  await harness.create("/apis/apps/v1/namespaces/default/deployments", deployment("web", 7));
});

const as = (user: string) => ({ "impersonate-user": user });
const get = (path: string, user?: string) => harness.call("GET", path, undefined, undefined, user ? as(user) : {});

describe("access", () => {
  const review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const ask = (verb: string, resource: string, user?: string) =>
    harness.call(
      "POST",
      review,
      { spec: { resourceAttributes: { verb, resource, namespace: "default" } } },
      undefined,
      user ? as(user) : {},
    );

  beforeEach(async () => {
    const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    await harness.create(`${roles}/roles`, {
      metadata: { name: "pod:reader" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
    });
    await harness.create(`${roles}/rolebindings`, {
      metadata: { name: "reads" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "pod:reader" },
      subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "default" }],
    });
  });

  const reader = "system:serviceaccount:default:reader";

  it.each([
    ["delete", "nodes", undefined, true],
    ["list", "pods", reader, true],
    ["delete", "pods", reader, false],
    ["list", "secrets", reader, false],
  ])("to %s %s as %s is granted: %s", async (verb, resource, user, allowed) => {
    const { status, body } = await ask(verb, resource, user);
    expect([status, body.status.allowed]).toEqual([201, allowed]);
  });

  it("is held against who is impersonated, in the server's words", async () => {
    expect((await get(PODS, reader)).status).toBe(200);
    const { status, body } = await get("/api/v1/namespaces/default/secrets", reader);
    expect([status, body.message]).toEqual([
      403,
      `secrets is forbidden: User "${reader}" cannot list resource "secrets" in API group "" in the namespace "default"`,
    ]);
  });

  it("rules and identity are told", async () => {
    const rules = await harness.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      spec: { namespace: "default" },
    });
    expect(rules.body.status.resourceRules).toEqual([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);
    const self = await harness.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {});
    expect(self.body.status.userInfo.groups).toContain("system:masters");
  });
});

describe("lists and watches", () => {
  it("page until the token is older than the server keeps versions (410)", async () => {
    const { body } = await get(`${PODS}?limit=3`);
    expect(body.metadata.remainingItemCount).toBe(4);
    const next = `${PODS}?limit=3&continue=${body.metadata.continue}`;
    expect((await get(next)).body.items).toHaveLength(3);
    harness.clock.advance(301);
    expect(await get(next)).toMatchObject({ status: 410, body: { reason: "Expired" } });
  });

  it.each([
    ["resourceVersion=1&resourceVersionMatch=Exact", 410],
    ["resourceVersion=99999999", 504],
    ["resourceVersion=old", 400],
    ["resourceVersionMatch=Exact", 400],
    ["resourceVersion=0", 200],
  ])("with %s are answered with %i", async (query, status) => {
    expect((await get(`${PODS}?${query}`)).status).toBe(status);
  });

  it("begin with everything, marked by a bookmark, when initial events are asked for", async () => {
    harness.clock.advance(60);
    const armed = harness.clock.pending;
    const query =
      "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1";
    const answer = harness.call("GET", `${PODS}?${query}`);
    // The stream ends when the clock says so; it must have been opened by then.
    while (harness.clock.pending < armed + 2) await new Promise((resolve) => setImmediate(resolve));
    harness.clock.advance(2);
    const { body } = await answer;
    expect(body.map(({ type }: { type: string }) => type)).toEqual([...Array(7).fill("ADDED"), "BOOKMARK"]);
    expect(body.at(-1).object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
  });
});

describe("what pods cannot do here", () => {
  it.each(["exec", "attach", "portforward"])("%s is refused, and says why (501)", async (subresource) => {
    const name = harness.cluster.table("pods").list()[0]?.metadata.name;
    const { status, body } = await harness.call("POST", `${PODS}/${name}/${subresource}`);
    expect([status, body.reason]).toEqual([501, "NotImplemented"]);
  });

  it("a log before the start of its container is refused with what it waits for", async () => {
    const name = harness.cluster.table("pods").list()[0]?.metadata.name;
    const { status, body } = await get(`${PODS}/${name}/log`);
    expect([status, body.message]).toEqual([
      400,
      `container "main" in pod "${name}" is waiting to start: ContainerCreating`,
    ]);
  });
});

describe("OpenAPI", () => {
  it("describes every served group, and that fields are validated", async () => {
    const { paths } = await harness.object("/openapi/v3");
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(["api/v1", "apis/apps/v1", "apis/policy/v1"]));
    const apps = await harness.object("/openapi/v3/apis/apps/v1");
    const { patch } = apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
    expect(patch.parameters.map(({ name }: { name: string }) => name)).toContain("fieldValidation");
    expect(apps.components.schemas["io.k8s.api.apps.v1.Deployment"].properties.spec.type).toBe("object");
  });
});
