import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTransport } from "../../adapters/kubernetes/drain/transport.ts";
import { type ProbeAsked, probeJobName } from "../../adapters/kubernetes/restore/probe-job.ts";
import { openProbes, type Probes } from "../../adapters/kubernetes/restore/probes.ts";
import { judgeProbe } from "../../domain/restore/judge-probe.ts";
import { type Probe, probeSchema } from "../../domain/restore/probe.ts";
import {
  admitVault,
  type BackupHarness,
  instanceId,
  newestPoint,
  restoreRequest,
  startBackups,
  vaultId,
} from "../simulator/backup-harness.ts";

const IMAGE = "registry.example.com/platform/toolbox:2026.1";
const NAMESPACE = "orders-test";

let simulator: BackupHarness;
let probes: Probes;

/** The orders-db of prod-weu, restored into dev-weu. */
async function start(scenario: unknown = {}) {
  simulator = await startBackups(scenario);
  await admitVault(simulator, "dev-weu", vaultId());
  const id = await instanceId(simulator);
  const scope = { includedNamespaces: ["orders"], namespaceMappings: { orders: NAMESPACE } };
  const point = await newestPoint(simulator, id);
  const { result } = await simulator.finished("POST", `${id}/restore`, restoreRequest(point, "dev-weu", scope));
  await simulator.endedJob(result.body.jobId);
  const service = {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "orders-db" } },
    spec: { selector: { app: "orders-db" }, ports: [{ name: "sql", port: 5432 }] },
  };
  expect((await simulator.post("dev-weu", `/api/v1/namespaces/${NAMESPACE}/services`, service)).status).toBe(201);
  simulator.clock.advance(600);
  const authorization = `Bearer ${simulator.azure.secrets.get("kubernetes/dev-weu")}`;
  const url = `${simulator.url}/kubernetes/dev-weu`;
  probes = openProbes("dev-weu", openTransport({ url, options: async () => ({ headers: { authorization } }) }));
  const { body } = await simulator.arm("GET", `${id}/recoveryPoints/${point}`);
  return { takenAt: Date.parse(body.properties.recoveryPointTime) };
}

function probe(of: object): Probe {
  return probeSchema.parse({ name: "orders", namespace: "orders", timeoutMinutes: 10, ...of });
}

function job(command: string, more: object = {}): Probe {
  return probe({
    job: { image: IMAGE, command: ["sh", "-c", command], claims: { "data-orders-db-0": "/data" }, ...more },
  });
}

const asked = (one: Probe): ProbeAsked => ({ runId: "run-1", cluster: "prod-weu", probe: one, namespace: NAMESPACE });

/** Asks a probe to its end; begun twice, as an activity may be. */
async function answerOf(one: Probe) {
  await probes.begin(asked(one));
  await probes.begin(asked(one));
  const begunMs = simulator.world.nowMs;
  for (let looks = 0; looks < 100; looks += 1) {
    const progress = await probes.poll(asked(one), { begunMs, nowMs: simulator.world.nowMs });
    if (progress.kind === "ended") return { ...progress, result: judgeProbe(one, progress.answer, null) };
    simulator.clock.advance(15);
  }
  throw new Error("the probe does not end");
}

async function jobsThere(): Promise<string[]> {
  const { items } = await simulator.kube("dev-weu", `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`);
  return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

async function podsOf(one: Probe) {
  const selector = `labelSelector=job-name=${probeJobName(asked(one))}`;
  return (await simulator.kube("dev-weu", `/api/v1/namespaces/${NAMESPACE}/pods?${selector}`)).items;
}

afterEach(() => simulator.close());

describe("a Job probe", () => {
  beforeEach(async () => void (await start()));

  it("reads the restored data, where its disk is attached, and cannot write to it", async () => {
    const one = job("cd /data && sha256sum -c MANIFEST", { expectLog: "^/data/data: OK$" });
    const { result, said } = await answerOf(one);
    expect(result).toMatchObject({ outcome: "held", why: "" });
    expect(said).toBe("/data/data: OK\n");
    const [pod] = await podsOf(one);
    const owner = await simulator.kube("dev-weu", `/api/v1/namespaces/${NAMESPACE}/pods/orders-db-0`);
    expect(pod.spec.nodeName).toBe(owner.spec.nodeName);
    expect(pod.spec.volumes[0].persistentVolumeClaim).toEqual({ claimName: "data-orders-db-0", readOnly: true });
    expect(pod.spec.automountServiceAccountToken).toBe(false);
  });

  it("fails by its exit code, its log or its JSON, and its words are kept", async () => {
    expect((await answerOf(job("echo 12 rows; exit 3"))).result.why).toBe("it ended with 3 instead of 0");
    const log = probe({ name: "log", job: { image: IMAGE, command: ["echo", "12 rows"], expectLog: "^0 bad" } });
    expect(await answerOf(log)).toMatchObject({ said: "12 rows\n", result: { outcome: "failed" } });
    const json = { path: "rows", atLeast: 100 };
    const few = probe({ name: "json", job: { image: IMAGE, command: ["echo", '{"rows":12}'], expectJson: json } });
    expect((await answerOf(few)).result.why).toBe("rows is 12, and should be at least 100");
  });

  it("that hangs is ended when its time is over: what it said so far is kept, and its pod goes", async () => {
    const one = job("echo asking; sleep infinity");
    const begunMs = simulator.world.nowMs;
    const { answer, said } = await answerOf(one);
    expect(answer).toEqual({ kind: "timed-out", why: "it ran for more than 10 min, and was ended" });
    expect(simulator.world.nowMs - begunMs).toBeLessThanOrEqual(11 * 60_000);
    expect(said).toBe("asking\n");
    simulator.clock.advance(60);
    expect(await podsOf(one)).toEqual([]);
    expect(await jobsThere()).not.toContain(probeJobName(asked(one)));
  });

  it("that never begins says nothing of the data", async () => {
    const one = probe({ job: { image: "registry.example.com/no/such:1" } });
    const { answer } = await answerOf(one);
    expect(answer).toMatchObject({
      kind: "unknown",
      why: expect.stringMatching(/did not begin within 10 min: .*Image/),
    });
  });

  it("whose Job somebody deletes is unknown, and not asked twice", async () => {
    const one = job("sleep infinity");
    await probes.begin(asked(one));
    simulator.clock.advance(60);
    await probes.remove(asked(one));
    await probes.remove(asked(one));
    simulator.clock.advance(60);
    const now = simulator.world.nowMs;
    const { answer } = (await probes.poll(asked(one), { begunMs: now, nowMs: now })) as { answer?: unknown };
    expect(answer).toEqual({ kind: "unknown", why: "its Job was deleted before it ended" });
  });

  it("prints no secret that is kept", async () => {
    const one = probe({
      job: {
        image: IMAGE,
        env: { PGPASSWORD: "hunter22" },
        command: ["sh", "-c", "echo connecting with hunter22; echo 'token=abcdef'"],
      },
    });
    const { answer, said } = await answerOf(one);
    expect(said).toBe("connecting with [redacted]\ntoken=[redacted]\n");
    expect(JSON.stringify(answer)).not.toContain("hunter22");
  });

  it("has a name of its own for every run, cluster and namespace, which Kubernetes takes", () => {
    const one = job("true");
    const names = [
      asked(one),
      { ...asked(one), runId: "run-2" },
      { ...asked(one), cluster: "prod-neu" },
      { ...asked(one), namespace: "other" },
      asked({ ...one, name: "x".repeat(40) }),
    ].map(probeJobName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
  });
});

describe("a log that is too long", () => {
  it("is kept without its middle, and its end is read", async () => {
    await start();
    const one = job(`echo first; ${`echo ${"x".repeat(4_000)}; `.repeat(20)}echo last`);
    const { said } = await answerOf(one);
    expect(said.length).toBeLessThan(66_000);
    expect(said).toMatch(/^first\n/);
    expect(said).toMatch(/\n\[\d+ characters left out\]\n/);
    expect(said).toMatch(/\nlast\n$/);
  });
});

describe("corrupt data", () => {
  it("is found by a Job that checks it, and by a call to the service that lives on it", async () => {
    await start({ backup: { corrupt: [{ match: { cluster: "prod-weu", claim: "data-orders-db-.*" } }] } });
    const check = await answerOf(job("cd /data && sha256sum -c MANIFEST"));
    expect(check.result).toMatchObject({ outcome: "failed", why: "it ended with 1 instead of 0" });
    expect(check.said).toContain("FAILED");
    const call = await answerOf(probe({ name: "call", http: { service: "orders-db", port: 5432 } }));
    expect(call.result).toMatchObject({ outcome: "failed", why: "it answered 500 instead of 200" });
  });
});

describe("a freshness probe", () => {
  it("finds the newest data, which is not younger than the recovery point", async () => {
    const { takenAt } = await start();
    const container = {
      image: IMAGE,
      command: ["stat", "-c", "%Y", "/data/data"],
      claims: { "data-orders-db-0": "/data" },
    };
    const { result } = await answerOf(probe({ freshness: container }));
    expect(result.outcome).toBe("held");
    const newest = Date.parse(result.newestDataAt ?? "");
    expect(newest).toBeLessThanOrEqual(takenAt);
    expect(newest).toBeGreaterThan(takenAt - 120_000);
  });
});

describe("an HTTP probe", () => {
  beforeEach(async () => void (await start()));
  const http = (of: object) => probe({ http: { service: "orders-db", port: 5432, path: "/ready", ...of } });

  it("calls the service through the API server", async () => {
    const { result, said } = await answerOf(http({ expectJson: { path: "path", equals: "/ready" } }));
    expect(result.outcome).toBe("held");
    expect(JSON.parse(said)).toMatchObject({ method: "GET" });
    expect((await answerOf(http({ expectStatus: 204 }))).result.why).toBe("it answered 200 instead of 204");
    expect((await answerOf(http({ service: "nothing" }))).result.why).toBe("it answered 404 instead of 200");
  });

  it("waits until the service is served, and no longer than its time", async () => {
    simulator.world.change(() => {
      const pods = simulator.azure.kubernetes("dev-weu").table("pods");
      for (const pod of pods.list(NAMESPACE)) pods.remove(pod);
    });
    expect((await answerOf(http({}))).result.outcome).toBe("held");
    simulator.world.change(() => {
      const sets = simulator.azure.kubernetes("dev-weu").table("statefulsets");
      for (const set of sets.list(NAMESPACE)) sets.update({ ...set, spec: { ...set.spec, replicas: 0 } });
    });
    simulator.clock.advance(600);
    expect((await answerOf(http({}))).answer).toEqual({
      kind: "timed-out",
      why: 'it was not answered within 10 min: no endpoints available for service "orders-db"',
    });
  });

  it("in a cluster that refuses the app wants a person", async () => {
    const stranger = openProbes(
      "dev-weu",
      openTransport({ url: `${simulator.url}/kubernetes/dev-weu`, options: async () => ({}) }),
    );
    await expect(stranger.begin(asked(job("true")))).rejects.toMatchObject({ failure: { class: "needs-person" } });
  });
});
