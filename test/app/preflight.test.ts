import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BatchV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { preflight } from "../../cli/preflight/preflight.ts";
import type { PreflightFlags } from "../../cli/preflight/preflight-flags.ts";
import { type Readiness, readinessSchema } from "../../domain/preflight/readiness.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

/** Runs `drydock preflight` against the app of a world; answers its exit code and what it printed. */
async function command(world: TestWorld, flags: Partial<PreflightFlags> = {}): Promise<[number, string]> {
  let printed = "";
  const out = { write: (text: string) => (printed += text) };
  const all: PreflightFlags = { url: world.host.url, state: "/nowhere", output: "text", ...flags };
  return [await preflight(all, out, { DRYDOCK_KEY: world.host.keys.host }), printed];
}

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

describe("drydock preflight", () => {
  it("prints the verdict of each cluster with what to do, and ends with 0, 1 or 3 by the worst", async () => {
    const faults = [{ match: { path: "^/kubernetes/dev-weu" }, count: 100_000, answer: { status: 503 } }];
    const world = await newWorld({ scenario: { faults } });
    expect(await command(world, { cluster: "prod-neu" })).toMatchObject([
      0,
      expect.stringMatching(/^prod-neu {2}READY\n/),
    ]);
    const [untold, doubts] = await command(world, { cluster: "dev-weu" });
    expect(untold).toBe(3);
    expect(doubts).toMatch(
      /^dev-weu {2}CANNOT TELL\n[\s\S]* {2}cannot tell .*BudgetNeverAllows.*: could not read the /,
    );
    await plant(world, "prod-weu", NEVER);
    const [code, text] = await command(world);
    expect(code).toBe(1);
    expect(text).toMatch(/prod-weu {2}NOT READY\n {2}blocker BudgetNeverAllows: PDB reports\/never can never allow/);
    expect(text).toMatch(/to do: Raise the replicas/);
    expect(text).toMatch(/\nNOT READY\n$/);
  });

  it("prints the API's own answer as JSON", async () => {
    const world = await newWorld();
    const [code, text] = await command(world, { cluster: "dev-weu", pool: "apps", output: "json" });
    expect(code).toBe(0);
    expect(readinessSchema.parse(JSON.parse(text)).clusters).toMatchObject([{ name: "dev-weu", verdict: "READY" }]);
  });

  it("tells a question that makes no sense, and an app that does not answer, from a verdict", async () => {
    const world = await newWorld();
    await expect(command(world, { cluster: "nowhere" })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("Not in fleet.yaml"),
    });
    await expect(command(world, { cluster: "dev-weu", to: "new" })).rejects.toMatchObject({ exitCode: 2 });
    const { host } = world;
    await expect(
      preflight({ url: host.url, state: "/nowhere", output: "text" }, { write: () => 0 }, {}),
    ).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("DRYDOCK_KEY"),
    });
    await expect(command(world, { url: "http://127.0.0.1:9" })).rejects.toMatchObject({ exitCode: 3 });
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

/** A ring of fleet.yaml with checks of its own. */
const withChecks =
  (checks: object[], more: object = {}) =>
  (text: string) =>
    text.replace("- name: dev\n", `- name: dev\n    preflight: ${JSON.stringify({ checks, ...more })}\n`);

/** Serves an answer on the loopback for as long as the test runs. */
async function answering(body: string): Promise<string> {
  const server = createServer((_request, response) => response.end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Upgrades dev-weu; answers the verdict and what was found in it, without what the plan says of the whole fleet. */
async function upgraded(world: TestWorld) {
  const body = { kind: "upgrade", by: "test", reason: "a test", clusters: ["dev-weu"] };
  const { id } = (await (await world.api("runs", { method: "POST", body })).json()) as { id: string };
  const { verdict, findings } = await world.ended(id);
  return { verdict, findings: findings.filter(({ cluster }) => cluster === "dev-weu") };
}

describe("a ring's own checks", () => {
  const job = { namespace: "reports", image: "registry.example.com/platform/toolbox:2026.1", command: ["true"] };

  it("let an upgrade begin when they hold, and leave no Job behind", async () => {
    const world = await newWorld({
      fleetYaml: withChecks([{ name: "smoke", job: { ...job, command: ["echo", "ready"], expectLog: "^ready$" } }]),
    });
    const run = await upgraded(world);
    expect(run).toMatchObject({ verdict: "passed", findings: [] });
    const made = world.requests.filter((request) => request.startsWith("POST") && request.endsWith("/jobs"));
    expect(made).toHaveLength(1);
    const batch = (await kubernetesOf(world, "dev-weu")).makeApiClient(BatchV1Api);
    const left = (await batch.listNamespacedJob({ namespace: "reports" })).items.map(({ metadata }) => metadata?.name);
    expect(left).toEqual([]);
  });

  it("stop it before anything is touched when they fail, and say why", async () => {
    const checks = [{ name: "smoke", job: { ...job, expectLog: "all tests passed" } }];
    // A ring that is halted for a day would meet the daily search, which checks anew.
    const world = await newWorld({
      fleetYaml: (text) => withChecks(checks)(text).replace("upgrade:\n", "upgrade:\n  gates: { haltHours: 0 }\n"),
    });
    const run = await upgraded(world);
    expect(run.verdict).toBe("blocked");
    expect(run.findings).toMatchObject([
      { code: "CustomCheckFailed", subject: "dev-weu/smoke", message: expect.stringContaining("all tests passed") },
    ]);
    expect(world.requests.filter((request) => request.startsWith("DELETE") && request.includes("/jobs/"))).toHaveLength(
      1,
    );
  });

  it("mean what the ring wants when they cannot be made", async () => {
    const checks = [{ name: "smoke", timeoutSeconds: 60, job: { ...job, namespace: "no-such-namespace" } }];
    const world = await newWorld({ fleetYaml: withChecks(checks, { cannotTell: "blocker" }) });
    const run = await upgraded(world);
    expect(run.verdict).toBe("blocked");
    expect(run.findings).toMatchObject([{ code: "CannotTell", message: expect.stringMatching(/no-such-namespace/) }]);
  });

  it("are a call that readiness makes, too, and a Job that it leaves to the upgrade", async () => {
    const http = { url: await answering('{"queue":{"depth":3}}'), expectJson: { path: "queue.depth", equals: "0" } };
    const checks = [
      { name: "calls", severity: "warning", http },
      { name: "smoke", job },
    ];
    const world = await newWorld({ fleetYaml: withChecks(checks) });
    const answer = await readiness(world, "?cluster=dev-weu");
    expect(linesOf(answer)).toContain("warning CustomCheckFailed dev-weu/calls");
    expect(answer.clusters[0]?.cannotTell).toMatchObject([
      { subject: "dev-weu/smoke", why: expect.stringMatching(/is a Job/) },
    ]);
    expect(answer.verdict).toBe("CANNOT TELL");
  });
});
