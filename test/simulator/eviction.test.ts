import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterModel } from "../../simulator/kubernetes/model/cluster-model.ts";
import { startSimulator, type TestSimulator } from "./start-simulator.ts";

let simulator: TestSimulator;
let cluster: ClusterModel;

beforeEach(async () => {
  simulator = await startSimulator();
  cluster = simulator.azure.kubernetes("prod-weu");
});

afterEach(() => simulator.close());

const shopPods = () => cluster.table("pods").list("shop");
const podName = (index: number) => shopPods()[index]?.metadata.name ?? "";
const budgetStatus = () => cluster.table("poddisruptionbudgets").get("shop", "storefront").status;

async function evict(name: string, deleteOptions?: object, namespace = "shop") {
  const token = simulator.azure.secrets.get("kubernetes/prod-weu");
  const path = `/kubernetes/prod-weu/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const metadata = { name, namespace };
  const response = await simulator.app.request(path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata, deleteOptions }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

describe("the eviction subresource", () => {
  it("answers 201 with a Success status", async () => {
    const { status, body } = await evict(podName(0));
    expect([status, body]).toEqual([
      201,
      { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
    ]);
  });

  it("answers 429 with the budget as cause, and no Retry-After, when the budget is spent", async () => {
    const [first, second] = [podName(0), podName(1)];
    await evict(first);
    const { status, body, headers } = await evict(second);
    expect([status, body]).toMatchObject([
      429,
      {
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        reason: "TooManyRequests",
        details: {
          causes: [
            {
              reason: "DisruptionBudget",
              message: "The disruption budget storefront needs 3 healthy pods and has 3 currently",
            },
          ],
        },
        code: 429,
      },
    ]);
    expect(headers.get("retry-after")).toBeNull();
  });

  it("answers 404 for a pod that is not there", async () => {
    const { status, body } = await evict("nope-1");
    expect([status, body]).toMatchObject([404, { reason: "NotFound", message: 'pods "nope-1" not found' }]);
  });

  it("spends the budget before it finds that the UID is another; two minutes later it is whole again", async () => {
    const name = podName(0);
    const { status, body } = await evict(name, { preconditions: { uid: "another" } });
    expect([status, body]).toMatchObject([409, { reason: "Conflict" }]);
    expect(body.message).toMatch(
      /^Operation cannot be fulfilled on Pod "storefront-.*": the UID in the precondition \(another\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
    );
    expect(budgetStatus()).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { [name]: expect.any(String) } });
    expect((await evict(name)).status).toBe(429);
    simulator.clock.advance(121);
    expect(budgetStatus()).toMatchObject({ disruptionsAllowed: 1 });
    expect(budgetStatus()).not.toHaveProperty("disruptedPods");
    expect((await evict(name)).status).toBe(201);
  });

  it("answers 500 when two budgets match", async () => {
    simulator.world.change(() => {
      const budget = cluster.table("poddisruptionbudgets").get("shop", "storefront");
      const draft = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", spec: budget.spec };
      cluster.table("poddisruptionbudgets").create({ ...draft, metadata: { name: "second", namespace: "shop" } });
    });
    const { status, body } = await evict(podName(0));
    expect(status).toBe(500);
    expect(body).not.toHaveProperty("reason");
    expect(body.message).toBe(
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  });

  it("does the arithmetic on a dry run and changes nothing", async () => {
    const name = podName(0);
    expect((await evict(name, { dryRun: ["All"] })).status).toBe(201);
    expect(budgetStatus()).toMatchObject({ disruptionsAllowed: 1 });
    expect(cluster.table("pods").get("shop", name).metadata).not.toHaveProperty("deletionTimestamp");
    await evict(podName(1));
    expect((await evict(name, { dryRun: ["All"] })).status).toBe(429);
  });

  it("honours the grace period it is given, at most the program's own time", async () => {
    const writer = cluster.table("pods").list("reports")[0]?.metadata.name ?? "";
    await evict(writer, undefined, "reports");
    simulator.clock.advance(109);
    expect(cluster.table("pods").find("reports", writer)).toBeDefined();
    simulator.clock.advance(2);
    expect(cluster.table("pods").find("reports", writer)).toBeUndefined();
    const other = cluster.table("pods").list("reports")[0]?.metadata.name ?? "";
    await evict(other, { gracePeriodSeconds: 10 }, "reports");
    simulator.clock.advance(11);
    expect(cluster.table("pods").find("reports", other)).toBeUndefined();
  });

  it("lets finished pods go whatever the budget says", async () => {
    const job = cluster
      .table("pods")
      .list("orders")
      .find(({ status }) => status?.phase === "Succeeded");
    expect((await evict(job?.metadata.name ?? "", undefined, "orders")).status).toBe(201);
    expect(cluster.table("pods").find("orders", job?.metadata.name ?? "")).toBeUndefined();
  });

  it.each([
    ["AlwaysAllow", 201],
    ["IfHealthyBudget", 429],
  ] as const)("treats a pod that is not ready by the policy %s when the budget is short", async (policy, expected) => {
    simulator.world.change(() => {
      const budgets = cluster.table("poddisruptionbudgets");
      const budget = budgets.get("shop", "storefront");
      const spec = { ...budget.spec, minAvailable: 4, unhealthyPodEvictionPolicy: policy };
      budgets.update({ ...budget, spec });
      const pod = cluster.table("pods").get("shop", podName(0));
      const conditions = [{ type: "Ready", status: "False" }];
      cluster.table("pods").update({ ...pod, status: { ...pod.status, conditions } });
    });
    expect((await evict(podName(0))).status).toBe(expected);
  });
});
