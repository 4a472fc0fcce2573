import { execFile, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { barePod, budgetOf, type DrainCluster, openDrainCluster, workload } from "./drain-cluster.ts";
import { type Drydock, run } from "./drydock.ts";

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
if (!hasKubectl) console.warn("kubectl is not on the PATH: drydock drain is not compared with it.");

let open: DrainCluster | undefined;
let started: Drydock[] = [];
afterEach(async () => {
  for (const one of started) one.child.kill("SIGKILL");
  await Promise.all(started.map((one) => one.ended()));
  started = [];
  await open?.close();
  open = undefined;
});

async function cluster(...options: Parameters<typeof openDrainCluster>): Promise<DrainCluster> {
  open = await openDrainCluster(...options);
  return open;
}

function drydock({ kubeconfig }: Pick<DrainCluster, "kubeconfig">, ...args: string[]): Drydock {
  const one = run(["drain", "--kubeconfig", kubeconfig, ...args]);
  started.push(one);
  return one;
}

async function drained(place: Pick<DrainCluster, "kubeconfig">, ...args: string[]) {
  const one = drydock(place, ...args);
  const code = await one.ended();
  return { code, stdout: one.stdout(), stderr: one.stderr() };
}

function kubectl({ kubeconfig, folder }: DrainCluster, ...args: string[]) {
  const env = { ...process.env, HOME: folder, KUBECONFIG: kubeconfig };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) =>
    execFile("kubectl", ["drain", ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    ),
  );
}

const MIXED = [
  workload("Deployment", "web"),
  workload("DaemonSet", "agent"),
  workload("Deployment", "cache", { volumes: [{ name: "data", emptyDir: {} }] }),
  barePod("tool"),
];
const CONSENT = ["--ignore-daemonsets", "--delete-emptydir-data", "--force"];
const GUARDED = [workload("Deployment", "web", {}, 6), budgetOf("web", { maxUnavailable: 1 })];
const NEVER = [workload("Deployment", "web"), budgetOf("web", { maxUnavailable: 0 })];

function nodeWith({ nodes, podsOn }: DrainCluster, prefix: string): string {
  const found = nodes.find((node) => podsOn(node).some((name) => name.startsWith(prefix)));
  if (found === undefined) throw new Error(`no node has a pod ${prefix}`);
  return found;
}

describe.skipIf(!hasKubectl)("drydock drain and kubectl drain", () => {
  it("refuse the same with the same words and exit code", async () => {
    const place = await cluster({ objects: MIXED });
    const node = nodeWith(place, "tool");
    const cases: Array<readonly [string[], RegExp[]]> = [
      [[], [/^error: USAGE: drain NODE \[flags\]/m]],
      [["nobody"], [/nodes "nobody" not found/]],
      [[node, "--selector=a=b"], [/error: cannot specify both a node name and a --selector option/]],
      [["--selector=a=b=c"], [/BadRequest.*unable to parse requirement/]],
      [[node, "--pod-selector=a=("], [/error: --pod-selector=<pod_selector> must be a valid label selector/]],
      [[node, "--nonsense"], [/^error: unknown (?:flag|option).*--nonsense/m]],
      [[node, "--timeout=soon"], [/invalid.*"?soon"?/]],
      [[node, "--dry-run=maybe"], [/none.*client|none.*server/]],
      [[node, "--grace-period=long"], [/grace-period.*invalid|invalid.*grace-period/s]],
      [
        [node],
        [
          /unable to drain node "aks-apps-\S+" due to error: .*continuing command\.\.\./,
          /cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): default\/agent-/,
          /cannot delete Pods with local storage \(use --delete-emptydir-data to override\): default\/cache-/,
          /cannot delete Pods that declare no controller \(use --force to override\): default\/tool/,
          new RegExp(`There are pending nodes to be drained:\\n ${node}`),
        ],
      ],
      [[node, "--ignore-daemonsets", "--force"], [/cannot delete Pods with local storage/]],
      [[node, "--ignore-daemonsets", "--delete-emptydir-data"], [/cannot delete Pods that declare no controller/]],
    ];
    for (const [args, words] of cases) {
      const theirs = await kubectl(place, ...args);
      const ours = await drained(place, ...args);
      expect([args, ours.code]).toEqual([args, theirs.code]);
      expect(ours.stdout).toBe("");
      for (const word of words) {
        expect.soft(theirs.stderr, `kubectl drain ${args.join(" ")}`).toMatch(word);
        expect.soft(ours.stderr, `drydock drain ${args.join(" ")}`).toMatch(word);
      }
    }
  });

  it("say the same of a rehearsal", async () => {
    const place = await cluster({ objects: MIXED });
    const node = nodeWith(place, "tool");
    for (const strategy of ["client", "server"]) {
      const args = [node, ...CONSENT, `--dry-run=${strategy}`];
      const theirs = await kubectl(place, ...args);
      const ours = await drained(place, ...args);
      const lines = (text: string) => text.trimEnd().split("\n").sort();
      expect([ours.code, lines(ours.stdout)]).toEqual([theirs.code, lines(theirs.stdout)]);
      expect(ours.stderr).toContain("ignoring DaemonSet-managed Pods: default/agent-");
    }
  });
});

describe("drydock drain", () => {
  it("names everything that speaks against it before it touches anything", async () => {
    const place = await cluster({ objects: MIXED });
    const before = place.model.version;
    const { code } = await drained(place, ...place.nodes);
    expect([code, place.model.version]).toEqual([1, before]);
  });

  it.each(["client", "server"])("touches nothing in a rehearsal of the %s", async (strategy) => {
    const place = await cluster({ objects: MIXED });
    const before = place.model.version;
    const { code, stdout } = await drained(place, ...place.nodes, ...CONSENT, `--dry-run=${strategy}`);
    expect([code, place.model.version]).toEqual([0, before]);
    expect(stdout).toContain(`node/${place.nodes[0]} drained (${strategy === "server" ? "server " : ""}dry run)`);
  });

  it("takes flags with values as kubectl does", async () => {
    const place = await cluster({ objects: MIXED });
    const flags = ["--ignore-daemonsets=true", "--delete-emptydir-data=true", "--force=true", "--dry-run=client"];
    expect((await drained(place, `node/${place.nodes[0]}`, ...flags)).code).toBe(0);
    expect((await drained(place, `${place.nodes[0]}`, "--force=false")).code).toBe(1);
  });

  it("drains a node, leaves what belongs to it, and says what it did in kubectl's words", async () => {
    const place = await cluster({ objects: MIXED });
    const node = nodeWith(place, "tool");
    const { code, stdout, stderr } = await drained(place, node, ...CONSENT);
    expect([code, place.podsOn(node).map((name) => name.split("-")[0])]).toEqual([0, ["agent"]]);
    expect(stdout).toContain(`node/${node} cordoned\n`);
    expect(stdout).toContain("evicting pod default/tool\n");
    expect(stdout).toContain("pod/tool evicted\n");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(`node/${node} drained`);
    expect(stderr).toContain("Warning: ");
  });

  it("never breaks a budget, also when several drains work at the same time", async () => {
    const objects = [...GUARDED, workload("Deployment", "api", {}, 4), budgetOf("api", { minAvailable: "75%" })];
    const place = await cluster({ objects, nodes: 5 });
    const [first = "", second = "", third = ""] = place.nodes;
    const ends = await Promise.all([drained(place, first), drained(place, second, third, "--parallel", "2")]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect([first, second, third].flatMap((node) => place.podsOn(node))).toEqual([]);
    expect(place.violations).toEqual([]);
  });

  it("is not refused by a budget once when nobody else drains", async () => {
    const place = await cluster({ objects: GUARDED, nodes: 4 });
    const { code, stdout } = await drained(place, "-o", "json", "--parallel", "2", ...place.nodes.slice(0, 2));
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, events.filter(({ event }) => event === "refused")]).toEqual([0, []]);
    expect(place.violations).toEqual([]);
    const result = events.at(-1);
    expect(result).toMatchObject({ event: "result", exitCode: 0, refused: [], untouched: [] });
    expect(result.nodes.map(({ result: end, left }: { result: string; left: string[] }) => [end, left])).toEqual([
      ["drained", []],
      ["drained", []],
    ]);
  });

  it("names pod, budget, numbers and owner while they block, and what is left when its time is up", async () => {
    const place = await cluster({ objects: NEVER });
    const node = nodeWith(place, "web");
    const [pod] = place.podsOn(node);
    const { code, stdout, stderr } = await drained(place, node, "--timeout=2s");
    expect([code, place.isCordoned(node)]).toEqual([1, true]);
    expect(stdout).toBe(`node/${node} cordoned\n`);
    const blocks = `pod default/${pod} on node ${node}: PDB default/web allows 0 disruptions (3 of 3 healthy, 3 needed); owner Deployment/web; since 20`;
    expect(stderr).toContain(`waiting for ${blocks}`);
    expect(stderr).toContain(`error: unable to drain node "${node}" due to error: global timeout reached: 2s`);
    expect(stderr).toContain(`There are pending nodes to be drained:\n ${node}\n`);
  });

  it("tells machines the same", async () => {
    const place = await cluster({ objects: NEVER });
    const node = nodeWith(place, "web");
    const { code, stdout, stderr } = await drained(place, node, "--timeout=1s", "-o", "json");
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, stderr]).toEqual([1, ""]);
    const blocked = events.find(({ event }) => event === "blocked");
    expect(blocked).toMatchObject({
      node,
      owner: "Deployment/web",
      code: "PodDisruptionBudgetBlocks",
      budgets: [{ name: "default/web", allowed: 0, healthy: 3, needed: 3, expected: 3 }],
      permanent: true,
    });
    expect(blocked.since).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(events.at(-1)).toMatchObject({ event: "result", exitCode: 1, cordoned: [node] });
    expect(events.at(-1).nodes[0]).toMatchObject({
      result: "timeout",
      left: [expect.stringMatching(/^default\/web-/)],
    });
  });

  it("takes its own cordon back on failure when it is asked to, and no other", async () => {
    const place = await cluster({ objects: NEVER });
    const [first = "", second = ""] = place.nodes;
    place.change(() => {
      const node = place.model.table("nodes").get(undefined, second);
      place.model.table("nodes").update({ ...node, spec: { ...node.spec, unschedulable: true } });
    });
    const { code } = await drained(place, first, second, "--timeout=1s", "--uncordon-on-failure", "--parallel=2");
    expect([code, place.isCordoned(first), place.isCordoned(second)]).toEqual([1, false, true]);
  });

  it("goes on as soon as a budget is relaxed", async () => {
    const place = await cluster({ objects: NEVER });
    const node = nodeWith(place, "web");
    const one = drydock(place, node, "-o", "json");
    await one.says(/"event":"blocked"/);
    place.change(() => {
      const budget = place.model.table("poddisruptionbudgets").get("default", "web");
      place.model.table("poddisruptionbudgets").update({ ...budget, spec: { ...budget.spec, maxUnavailable: 1 } });
    });
    expect([await one.ended(), place.podsOn(node)]).toEqual([0, []]);
    expect(place.violations).toEqual([]);
  });

  it("says what is done and what is left when it is interrupted", async () => {
    const place = await cluster({ objects: [...NEVER, workload("Deployment", "free", {}, 6)] });
    const one = drydock(place, ...place.nodes.slice(0, 2), "-o", "json");
    await one.says(/"event":"gone".*free/);
    one.child.kill("SIGINT");
    expect(await one.ended()).toBe(130);
    const result = JSON.parse(one.stdout().trimEnd().split("\n").at(-1) ?? "");
    expect(result).toMatchObject({ event: "result", exitCode: 130, untouched: [place.nodes[1]] });
    expect(result.nodes[0].result).toBe("interrupted");
    expect(result.nodes[0].left).toContainEqual(expect.stringMatching(/^default\/web-/));
    expect(result.cordoned).toEqual(place.nodes.slice(0, 2));
  });

  it("gets through server errors, throttling, cut connections and cut watches", async () => {
    const path = "/eviction";
    const scenario = {
      faults: [
        { match: { method: "POST", path }, nth: 1, count: 2, answer: { status: 500 } },
        { match: { method: "POST", path }, nth: 3, answer: { status: 429, retryAfterSeconds: 1 } },
        { match: { method: "POST", path }, nth: 4, reset: true },
        { match: { method: "GET", path: "/pods" }, nth: 2, cutWatch: { afterEvents: 1 } },
        { match: { method: "GET", path: "/poddisruptionbudgets" }, nth: 2, cutWatch: { afterSeconds: 1 } },
      ],
    };
    const place = await cluster({ objects: GUARDED, scenario });
    const node = nodeWith(place, "web");
    expect([(await drained(place, node)).code, place.podsOn(node)]).toEqual([0, []]);
    expect(place.violations).toEqual([]);
  });

  it("deletes past all budgets when eviction is disabled", async () => {
    const place = await cluster({ objects: NEVER });
    const node = nodeWith(place, "web");
    const { code, stdout } = await drained(place, node, "--disable-eviction");
    expect([code, place.podsOn(node)]).toEqual([0, []]);
    expect(stdout).toMatch(/deleting pod default\/web-\S+\npod\/web-\S+ deleted/);
  });

  it("signs in through an exec plugin", async () => {
    const place = await cluster({ objects: [] });
    const config = parse(readFileSync(place.kubeconfig, "utf8"));
    const { token } = config.users[0].user;
    const plugin = join(place.folder, "plugin.sh");
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } };
    writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    chmodSync(plugin, 0o700);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: plugin, interactiveMode: "Never" };
    config.users[0].user = { exec };
    const kubeconfig = join(place.folder, "exec.yaml");
    writeFileSync(kubeconfig, JSON.stringify(config));
    const { code, stderr } = await drained({ kubeconfig }, `${place.nodes[0]}`);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("says where a kubeconfig is wrong, and shows none of it", async () => {
    const place = await cluster({ objects: [] });
    const broken = join(place.folder, "broken.yaml");
    writeFileSync(broken, "users: [{name: x, user: {token: [s3cret]}}]\n");
    const { code, stderr } = await drained({ kubeconfig: broken }, "n1");
    expect([code, stderr]).toEqual([1, `error: ${broken} is no kubeconfig (users.0.user.token)\n`]);
    expect(await drained(place, "n1", "--context", "other")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: context "other" does not exist'),
    });
    expect(await drained({ kubeconfig: "/nowhere" }, "n1")).toMatchObject({
      code: 1,
      stderr: "error: /nowhere: no such file or directory\n",
    });
  });
});

describe("drydock drain --plan", () => {
  it("gives a verdict for each node with code, evidence and remedy, and touches nothing", async () => {
    const objects = [...NEVER, barePod("tool"), workload("Deployment", "picky", { nodeSelector: { disk: "gone" } })];
    const place = await cluster({ objects });
    const before = place.model.version;
    const { code, stdout } = await drained(place, ...place.nodes, "--plan", "-o", "json");
    expect([code, place.model.version]).toEqual([1, before]);
    const { ready, nodes } = JSON.parse(stdout);
    expect(ready).toBe(false);
    const found = new Map(nodes.map((node: { node: string }) => [node.node, node]));
    expect(found.get(nodeWith(place, "tool"))).toMatchObject({
      verdict: "NOT READY",
      findings: expect.arrayContaining([expect.objectContaining({ code: "NeedsConsent" })]),
    });
    expect(found.get(nodeWith(place, "web"))).toMatchObject({
      verdict: "NOT READY",
      waves: null,
      findings: expect.arrayContaining([
        expect.objectContaining({ code: "BudgetNeverAllows", subject: "default/web", remedy: expect.any(String) }),
      ]),
    });
  });

  it("is READY with the waves that budgets make and the least time they take", async () => {
    const place = await cluster({ objects: GUARDED });
    const { code, stdout } = await drained(place, `${place.nodes[0]}`, "--plan");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node\/\S+ {2}READY {2}2 pods to move, 2 waves, at least \d+ s$/m);
  });
});
