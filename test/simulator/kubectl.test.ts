import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScaledClock } from "../../simulator/clock.ts";
import { createSimulator, type Simulator } from "../../simulator/simulator.ts";
import { temporaryFolder } from "../host/program.ts";
import { FLEET, fetchToken, SUBSCRIPTION } from "./start-simulator.ts";

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
if (!hasKubectl) console.warn("kubectl is not on the PATH: the simulator's Kubernetes API is not tested with it.");

const folder = temporaryFolder();
let simulator: Simulator;
afterAll(async () => {
  await simulator?.close();
  folder.remove();
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl with the kubeconfig that Resource Manager handed out, and a home of its own. */
function run(...args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, HOME: folder.path, KUBECONFIG: join(folder.path, "kubeconfig") };
  return new Promise((resolve) =>
    execFile("kubectl", args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    ),
  );
}

/** What kubectl printed; fails when it did. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const lines = (text: string) => text.trimEnd().split("\n");
/** The cells of the lines below a table's heading. */
const rows = (text: string) =>
  lines(text)
    .slice(1)
    .map((line) => line.split(/\s{2,}/));

/** The credentials of a cluster, asked for over TLS, so that the kubeconfig is for TLS. */
async function kubeconfig(cluster: string): Promise<string> {
  const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const { port } = new URL(simulator.url);
  const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${cluster}/providers/Microsoft.ContainerService/managedClusters/${cluster}/listClusterAdminCredential?api-version=2025-08-01`;
  const headers = { authorization: `Bearer ${token}`, "content-length": "0" };
  const body = await new Promise<string>((resolve, reject) => {
    // The certificate is not known before the kubeconfig brings it.
    const options = { host: "127.0.0.1", port, path, method: "POST", headers, rejectUnauthorized: false };
    const sent = request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.end();
  });
  const [found] = JSON.parse(body).kubeconfigs;
  return Buffer.from(found.value, "base64").toString();
}

describe.skipIf(!hasKubectl)("kubectl", () => {
  let node: string;

  beforeAll(async () => {
    const origin = { realMs: Date.now(), virtualMs: Date.now() };
    const clock = createScaledClock(60, origin);
    simulator = await createSimulator({ fleetDirectory: FLEET, port: 0, seed: 7, clock, logLevel: "error" });
    const text = await kubeconfig("prod-weu");
    expect(text).toContain("server: https://127.0.0.1:");
    expect(text).not.toContain("insecure");
    writeFileSync(join(folder.path, "kubeconfig"), text, { mode: 0o600 });
    const names = lines(await kubectl("get", "nodes", "-l", "workload=apps", "-o", "name"));
    node = names[0]?.replace("node/", "") ?? "";
  });

  it("trusts the server's certificate and reads its version", async () => {
    const { serverVersion } = JSON.parse(await kubectl("version", "-o", "json"));
    expect(serverVersion.gitVersion).toBe("v1.33.5");
  });

  it("gets nodes, with their software in the wide table", async () => {
    expect(lines(await kubectl("get", "nodes"))[0]).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION$/);
    const wide = await kubectl("get", "nodes", "-o", "wide");
    expect(lines(wide)[0]).toMatch(/VERSION +INTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME$/);
    expect(rows(wide)).toHaveLength(5);
    expect(rows(wide).map(([, status]) => status)).toEqual(Array(5).fill("Ready"));
  });

  it("gets the pods of all namespaces, with their nodes in the wide table", async () => {
    const pods = rows(await kubectl("get", "pods", "-A"));
    expect(pods.find(([, name]) => name === "orders-db-0")?.slice(2, 5)).toEqual(["1/1", "Running", "0"]);
    expect(pods.find(([namespace]) => namespace === "orders" && pods)?.slice(2, 4)).toEqual(["0/1", "Completed"]);
    const wide = await kubectl("get", "pods", "-A", "-o", "wide");
    expect(lines(wide)[0]).toMatch(/AGE +IP +NODE$/);
    expect(rows(wide).every((cells) => cells.at(-1)?.startsWith("aks-"))).toBe(true);
  });

  it("gets all, and each kind with columns of its own", async () => {
    const all = await kubectl("get", "all", "-A");
    for (const kind of [
      "pod/",
      "deployment.apps/",
      "replicaset.apps/",
      "statefulset.apps/",
      "daemonset.apps/",
      "job.batch/",
    ])
      expect(all).toContain(kind);
    expect(all).toMatch(/statefulset\.apps\/orders-db +3\/3/);
    expect(all).toMatch(/job\.batch\/migrate-schema-42 +1\/1/);
    expect(all).toMatch(/daemonset\.apps\/node-agent +5 +5 +5/);
    expect(await kubectl("get", "pdb", "-n", "shop")).toMatch(/storefront +3 +N\/A +1/);
  });

  it("describes a node, a pod and a budget", async () => {
    const described = await kubectl("describe", "node", node);
    expect(described).toMatch(/Unschedulable: +false/);
    expect(described).toMatch(/kubernetes\.azure\.com\/agentpool=apps/);
    expect(await kubectl("describe", "pod", "-n", "orders", "orders-db-0")).toContain("StatefulSet/orders-db");
    expect(await kubectl("describe", "pdb", "-n", "shop", "storefront")).toMatch(/Allowed disruptions: +1/);
  });

  it("cordons and uncordons", async () => {
    expect(await kubectl("cordon", node)).toBe(`node/${node} cordoned\n`);
    expect(rows(await kubectl("get", "node", node))[0]?.[1]).toBe("Ready,SchedulingDisabled");
    expect(await kubectl("uncordon", node)).toBe(`node/${node} uncordoned\n`);
    expect(rows(await kubectl("get", "node", node))[0]?.[1]).toBe("Ready");
  });

  const drain = ["--ignore-daemonsets", "--delete-emptydir-data", "--force"];

  it("rehearses a drain on the server, which changes nothing", async () => {
    const before = await kubectl("get", "pods", "-A", "-o", "name");
    const { code, stdout, stderr } = await run("drain", node, "--dry-run=server", ...drain);
    expect([code, stderr]).toEqual([0, expect.stringContaining("ignoring DaemonSet-managed Pods")]);
    expect(stdout).toMatch(/evicting pod shop\/storefront-\S+ \(server dry run\)/);
    expect(stdout).toContain(`node/${node} drained (server dry run)`);
    expect(await kubectl("get", "pods", "-A", "-o", "name")).toBe(before);
    expect(rows(await kubectl("get", "node", node))[0]?.[1]).toBe("Ready");
  });

  it("names every refusal of a drain without the flags for it", async () => {
    const { code, stderr } = await run("drain", node);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot delete DaemonSet-managed Pods/);
    await kubectl("uncordon", node);
  });

  it("drains a node, held up by a budget until the evicted pods are ready elsewhere", async () => {
    const { code, stdout } = await run("drain", node, "--timeout=50s", ...drain);
    expect([code, lines(stdout).at(-1)]).toEqual([0, `node/${node} drained`]);
    const pods = rows(await kubectl("get", "pods", "-A", "-o", "wide", `--field-selector=spec.nodeName=${node}`));
    expect(pods.map(([, name]) => name?.replace(/-[a-z0-9]+$/, ""))).toEqual(["node-agent"]);
    expect(await kubectl("rollout", "status", "deployment/storefront", "-n", "shop", "--timeout=50s")).toMatch(
      /successfully rolled out/,
    );
  });

  it("scales, and follows a table by a watch", async () => {
    const watch = kubectl("get", "deployment", "storefront", "-n", "shop", "--watch", "--request-timeout=4s");
    await kubectl("scale", "deployment/storefront", "-n", "shop", "--replicas=2");
    const seen = rows(await watch.catch(() => ""));
    expect(seen.at(-1)).toMatchObject(["storefront", "2/2", "2", "2", expect.any(String)]);
  });

  it("applies from the client's and from the server's side, and deletes", async () => {
    const manifest = join(folder.path, "note.yaml");
    const text = (value: string) =>
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "note", namespace: "shop" },
        data: { value },
      });
    writeFileSync(manifest, text("one"));
    expect(await kubectl("apply", "--validate=false", "-f", manifest)).toBe("configmap/note created\n");
    writeFileSync(manifest, text("two"));
    expect(await kubectl("apply", "--validate=false", "-f", manifest)).toBe("configmap/note configured\n");
    expect(await kubectl("get", "configmap", "note", "-n", "shop", "-o", "jsonpath={.data.value}")).toBe("two");
    expect(await kubectl("delete", "-f", manifest)).toContain('configmap "note" deleted');
  });

  it("says what is not there as the real server does", async () => {
    const { code, stderr } = await run("get", "pod", "nobody", "-n", "shop");
    expect([code, stderr]).toEqual([1, 'Error from server (NotFound): pods "nobody" not found\n']);
  });
});
