import { execFile, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScaledClock } from "../../simulator/clock.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { temporaryFolder } from "../host/program.ts";
import { createCheckedSimulator } from "./contract/checked-simulator.ts";
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
    simulator = await createCheckedSimulator({ fleetDirectory: FLEET, port: 0, seed: 7, clock, logLevel: "error" });
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
    const env = { ...process.env, HOME: folder.path, KUBECONFIG: join(folder.path, "kubeconfig") };
    const watch = spawn("kubectl", ["get", "deployment", "storefront", "-n", "shop", "--watch"], { env });
    let seen = "";
    const says = (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        const look = () => pattern.test(seen) && resolve();
        watch.stdout.on("data", look);
        look();
      });
    watch.stdout.on("data", (chunk: Buffer) => {
      seen += chunk;
    });
    await says(/^storefront +4\/4 +4 +4 /m);
    await kubectl("scale", "deployment/storefront", "-n", "shop", "--replicas=2");
    await says(/^storefront +2\/2 +2 +2 /m);
    watch.kill();
  });

  it("applies from the server's side, and is told who holds a field", async () => {
    const manifest = join(folder.path, "held.yaml");
    const text = (value: string) =>
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "held", namespace: "shop" },
        data: { value },
      });
    writeFileSync(manifest, text("one"));
    const apply = ["apply", "--server-side", "-f", manifest];
    expect(await kubectl(...apply, "--field-manager=first")).toBe("configmap/held serverside-applied\n");
    writeFileSync(manifest, text("two"));
    const { code, stderr } = await run(...apply, "--field-manager=second");
    expect([code, stderr]).toEqual([1, expect.stringContaining('conflict with "first": .data.value')]);
    expect(await kubectl(...apply, "--field-manager=second", "--force-conflicts")).toContain("serverside-applied");
  });

  it("annotates and labels", async () => {
    expect(await kubectl("annotate", "deployment", "storefront", "-n", "shop", "note=1")).toContain("annotated");
    expect(await kubectl("label", "deployment", "storefront", "-n", "shop", "team=shop")).toContain("labeled");
    expect(await kubectl("get", "deployments", "-A", "-l", "team=shop", "-o", "name")).toBe(
      "deployment.apps/storefront\n",
    );
  });

  it("reads the logs of a finished job, and is refused a shell", async () => {
    expect(await kubectl("logs", "-n", "orders", "job/migrate-schema-42")).toMatch(/ended with exit code 0/);
    const { code, stderr } = await run("exec", "-n", "orders", "orders-db-0", "--", "ls");
    expect(code).not.toBe(0);
    expect(stderr).toContain("run no programs");
  });

  it("asks what it may do", async () => {
    expect(await kubectl("auth", "can-i", "delete", "nodes")).toBe("yes\n");
    const { code, stdout } = await run("auth", "can-i", "delete", "pods", "--as=nobody", "-n", "shop");
    expect([code, stdout]).toEqual([1, "no\n"]);
  });

  it("explains fields, of built-in kinds and of a definition's", async () => {
    expect(await kubectl("explain", "deployment.spec.replicas")).toMatch(/FIELD: replicas <integer>/);
    expect(await kubectl("explain", "pods")).toMatch(/KIND: +Pod/);
  });

  it("describes why a pod is pending", async () => {
    const manifest = join(folder.path, "lost.yaml");
    const spec = { nodeSelector: { workload: "nowhere" }, containers: [{ name: "c", image: "i" }] };
    writeFileSync(
      manifest,
      JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "lost", namespace: "shop" }, spec }),
    );
    await kubectl("apply", "-f", manifest);
    const described = await kubectl("describe", "pod", "-n", "shop", "lost");
    expect(described).toMatch(/Warning +FailedScheduling .*default-scheduler +0\/5 nodes are available/);
    await kubectl("delete", "-f", manifest, "--wait=true");
  });

  it("defines a kind, works with it, and takes it away", async () => {
    const manifest = join(folder.path, "boats.yaml");
    const versions = [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                description: "What it is.",
                properties: { length: { type: "integer", description: "In metres." } },
              },
            },
          },
        },
      },
    ];
    const names = { plural: "boats", singular: "boat", kind: "Boat", shortNames: ["bt"] };
    const metadata = { name: "boats.example.com" };
    writeFileSync(
      manifest,
      JSON.stringify({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata,
        spec: { group: "example.com", scope: "Namespaced", names, versions },
      }),
    );
    expect(await kubectl("apply", "-f", manifest)).toContain("created");
    expect(await kubectl("wait", "--for=condition=Established", "crd/boats.example.com", "--timeout=10s")).toContain(
      "met",
    );
    const boat = join(folder.path, "boat.yaml");
    writeFileSync(
      boat,
      JSON.stringify({
        apiVersion: "example.com/v1",
        kind: "Boat",
        metadata: { name: "ann", namespace: "shop" },
        spec: { length: 9 },
      }),
    );
    expect(await kubectl("apply", "-f", boat)).toBe("boat.example.com/ann created\n");
    writeFileSync(
      boat,
      JSON.stringify({
        apiVersion: "example.com/v1",
        kind: "Boat",
        metadata: { name: "ann", namespace: "shop" },
        spec: { length: 10 },
      }),
    );
    expect(await kubectl("apply", "-f", boat)).toBe("boat.example.com/ann configured\n");
    expect(await kubectl("get", "bt", "-n", "shop", "-o", "jsonpath={.items[0].spec.length}")).toBe("10");
    expect(await kubectl("explain", "boats.spec.length")).toContain("In metres.");
    await kubectl("delete", "-f", manifest);
    expect((await run("get", "boats", "-A")).code).toBe(1);
  });

  it("deletes a namespace and waits until it has gone", async () => {
    await kubectl("create", "namespace", "passing");
    const manifest = join(folder.path, "thing.yaml");
    const spec = { terminationGracePeriodSeconds: 5, containers: [{ name: "c", image: "i" }] };
    const metadata = { name: "thing", namespace: "passing" };
    writeFileSync(manifest, JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec }));
    await kubectl("apply", "-f", manifest);
    expect(await kubectl("delete", "namespace", "passing", "--timeout=30s")).toContain("deleted");
    expect((await run("get", "namespace", "passing")).code).toBe(1);
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
    expect(await kubectl("apply", "-f", manifest)).toBe("configmap/note created\n");
    writeFileSync(manifest, text("two"));
    expect(await kubectl("apply", "-f", manifest)).toBe("configmap/note configured\n");
    expect(await kubectl("get", "configmap", "note", "-n", "shop", "-o", "jsonpath={.data.value}")).toBe("two");
    expect(await kubectl("delete", "-f", manifest)).toContain('configmap "note" deleted');
  });

  it("says what is not there as the real server does", async () => {
    const { code, stderr } = await run("get", "pod", "nobody", "-n", "shop");
    expect([code, stderr]).toEqual([1, 'Error from server (NotFound): pods "nobody" not found\n']);
  });
});
