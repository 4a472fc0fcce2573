import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Readiness, readinessSchema } from "../../domain/preflight/readiness.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function readiness(world: TestWorld, query = ""): Promise<Readiness> {
  const response = await world.api(`readiness${query}`);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return readinessSchema.parse(await response.json());
}

/** Findings as `severity code subject`. */
function linesOf({ clusters }: Readiness): string[] {
  return clusters.flatMap(({ findings }) =>
    findings.map((found) => `${found.severity} ${found.code} ${found.subject}`),
  );
}

/** Makes objects of a cluster out of YAML. */
async function plant(world: TestWorld, cluster: string, yaml: string): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(await kubernetesOf(world, cluster));
  for (const text of yaml.split(/^---$/m)) await api.create(parse(text));
}

async function kubernetesOf(world: TestWorld, cluster: string): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${cluster}`, cluster);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

/** Asks Azure to change a pool, as somebody else would, and does not wait for it. */
async function changePool(world: TestWorld, cluster: string, change: object): Promise<void> {
  const { agentPools } = await armClient(world.simulator);
  const now = await agentPools.get(`rg-${cluster}`, cluster, "apps");
  await agentPools.createOrUpdate(`rg-${cluster}`, cluster, "apps", { ...now, ...change }).submitted();
}

describe("the readiness of a fleet", () => {
  it("is READY with nothing wrong, and says so of each cluster", async () => {
    const answer = await readiness(await newWorld());
    expect(answer.clusters.flatMap(({ cannotTell }) => cannotTell)).toEqual([]);
    expect(answer.clusters.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      "dev-weu READY",
      "staging-weu READY",
      "prod-weu READY",
      "prod-neu READY",
    ]);
    expect(answer.verdict).toBe("READY");
  });

  it("is as the least ready of its clusters", async () => {
    const world = await newWorld();
    await plant(world, "prod-neu", NEVER);
    const answer = await readiness(world);
    expect(answer.verdict).toBe("NOT READY");
    expect(answer.clusters.map(({ verdict }) => verdict)).toEqual(["READY", "READY", "READY", "NOT READY"]);
  });

  it("cannot be told while a cluster's Kubernetes API does not answer, and names the rules that wanted to know", async () => {
    const faults = [{ match: { path: "^/kubernetes/dev-weu" }, count: 100_000, answer: { status: 503 } }];
    const world = await newWorld({ scenario: { faults } });
    const answer = await readiness(world, "?cluster=dev-weu");
    expect(answer.verdict).toBe("CANNOT TELL");
    const [cluster] = answer.clusters;
    expect(cluster?.cannotTell.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["BudgetNeverAllows", "PodFitsNowhere", "NodeNotReady", "FluxNotReady", "VersionSkew"]),
    );
    expect(cluster?.cannotTell[0]?.why).toMatch(/could not read the nodes of dev-weu: 503/);
  });

  it("cannot be told of a cluster that Azure does not show", async () => {
    const world = await newWorld({ fleetYaml: (text) => text.replaceAll("dev-weu", "dev-gone") });
    const answer = await readiness(world, "?cluster=dev-gone");
    expect(answer.clusters).toMatchObject([
      { verdict: "CANNOT TELL", cannotTell: [{ code: "ClusterUnreachable", why: expect.stringContaining("404") }] },
    ]);
  });

  it.each([
    ["?cluster=nowhere", 400, /Not in fleet.yaml: nowhere. Its clusters are dev-weu, /],
    ["?pool=apps", 400, /with its cluster/],
    ["?cluster=dev-weu&version=newest", 400, /such as 1.34.2, not newest/],
    ["?cluster=dev-weu&pool=gpu", 404, /dev-weu has no pool gpu; its pools are /],
  ])("is refused for %s", async (query, status, detail) => {
    const world = await newWorld();
    const response = await world.api(`readiness${query}`);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
  });

  it("reads each list of a cluster once", async () => {
    const world = await newWorld();
    await readiness(world, "?cluster=prod-weu");
    const paths = world.requests.filter((path) => path.startsWith("GET /kubernetes/prod-weu"));
    expect(paths.length).toBeGreaterThan(5);
    expect(new Set(paths).size).toBe(paths.length);
  });
});

const NEVER = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: never, namespace: reports }
spec: { maxUnavailable: 0, selector: { matchLabels: { app: report-writer } } }`;

const pod = (name: string, spec: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: reports }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
${spec.replace(/^/gm, "      ")}
      containers: [{ name: main, image: registry.example.com/reports/writer:1.9.3 }]`;

describe("a flaw that somebody planted", () => {
  it.each([
    ["a budget that never allows anything", NEVER, "blocker BudgetNeverAllows reports/never"],
    [
      "two budgets on one pod",
      NEVER.replace("maxUnavailable: 0", "maxUnavailable: 1").concat(
        "\n---",
        NEVER.replace("name: never", "name: other").replace("maxUnavailable: 0", "maxUnavailable: 1"),
      ),
      /blocker TwoBudgets reports\/report-writer-/,
    ],
    [
      "a bare pod",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: shell, namespace: reports }\nspec: { nodeSelector: { workload: apps }, containers: [{ name: shell, image: registry.example.com/platform/toolbox:2026.1 }] }",
      "blocker BarePods reports/shell",
    ],
    [
      "a folder of the node",
      pod("files", "nodeSelector: { workload: apps }\nvolumes: [{ name: data, hostPath: { path: /data } }]"),
      /warning HostPathData reports\/files-/,
    ],
    [
      "a pool selected by name",
      pod("pinned", "nodeSelector: { agentpool: apps }"),
      /blocker PinnedToPool reports\/pinned-/,
    ],
    [
      "a grace period of an hour",
      pod("slow", "nodeSelector: { workload: apps }\nterminationGracePeriodSeconds: 3600"),
      /warning GracePeriodBeyondTimeout reports\/slow-/,
    ],
  ])("is found: %s", async (_what, yaml, expected) => {
    const world = await newWorld({ fleetYaml: (text) => text.replace("barePods: delete", "barePods: block") });
    await plant(world, "dev-weu", yaml);
    await world.pass(60);
    expect(linesOf(await readiness(world, "?cluster=dev-weu&pool=apps"))).toContainEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    );
  });

  it("is found: a pod that is pinned to a node, and a cordoned node", async () => {
    const world = await newWorld();
    const core = (await kubernetesOf(world, "dev-weu")).makeApiClient(CoreV1Api);
    const nodes = (await core.listNode({ labelSelector: "agentpool=apps" })).items.map(
      ({ metadata }) => metadata?.name,
    );
    await plant(world, "dev-weu", pod("stuck", `nodeSelector: { kubernetes.io/hostname: ${nodes[0]} }`));
    await core.patchNode({ name: nodes[1] ?? "", body: [{ op: "add", path: "/spec/unschedulable", value: true }] });
    await world.pass(60);
    const answer = await readiness(world, "?cluster=dev-weu");
    expect(linesOf(answer)).toEqual(
      expect.arrayContaining(["blocker PodFitsNowhere reports/stuck", `warning NodeCordoned ${nodes[1]}`]),
    );
    const finding = answer.clusters[0]?.findings.find(({ code }) => code === "PodFitsNowhere");
    expect(finding?.evidence.join()).toContain(`does not have label kubernetes.io/hostname=${nodes[0]}`);
  });

  it("is found: no quota for the green pool", async () => {
    const quotas = [{ location: "westeurope", family: "standardDDSv5Family", limit: 60 }];
    const answer = await readiness(await newWorld({ scenario: { quotas } }), "?cluster=prod-weu&pool=apps");
    expect(linesOf(answer)).toContain("blocker VcpuQuotaShort prod-weu/apps");
  });

  it("is found: AKS that upgrades by itself, and its window", async () => {
    const world = await newWorld();
    const { managedClusters, maintenanceConfigurations } = await armClient(world.simulator);
    const now = await managedClusters.get("rg-dev-weu", "dev-weu");
    const autoUpgradeProfile = { upgradeChannel: "patch", nodeOSUpgradeChannel: "None" };
    await managedClusters.createOrUpdate("rg-dev-weu", "dev-weu", { ...now, autoUpgradeProfile }).submitted();
    await world.pass(300);
    const maintenanceWindow = { schedule: { daily: { intervalDays: 1 } }, durationHours: 4, startTime: "20:00" };
    const name = "aksManagedAutoUpgradeSchedule";
    await maintenanceConfigurations.createOrUpdate("rg-dev-weu", "dev-weu", name, { maintenanceWindow });
    const answer = await readiness(world, "?cluster=dev-weu");
    expect(linesOf(answer)).toEqual(
      expect.arrayContaining(["warning AutoUpgradeChannel dev-weu", "warning MaintenanceWindowOpens dev-weu"]),
    );
    expect(answer.verdict).toBe("READY");
  });

  it("is found: surge and autoscaler settings of a pool that AKS upgrades", async () => {
    const world = await newWorld({ fleetYaml: (text) => text.replace("strategy: blueGreen", "strategy: surge") });
    const upgradeSettings = { maxSurge: "100%" };
    await changePool(world, "prod-weu", { enableAutoScaling: true, minCount: 3, maxCount: 3, upgradeSettings });
    await world.pass(300);
    expect(linesOf(await readiness(world, "?cluster=prod-weu&pool=apps"))).toEqual(
      expect.arrayContaining(["warning MaxSurgeLarge prod-weu/apps", "warning AutoscalerAtMaximum prod-weu/apps"]),
    );
  });

  it("is found: an operation of somebody else, and only while it runs", async () => {
    const world = await newWorld();
    await changePool(world, "dev-weu", { count: 3 });
    expect(linesOf(await readiness(world, "?cluster=dev-weu"))).toContain("blocker OperationInProgress dev-weu/apps");
    await world.pass(600);
    expect((await readiness(world, "?cluster=dev-weu")).verdict).toBe("READY");
  });
});
