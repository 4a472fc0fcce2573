import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTransport } from "../../adapters/kubernetes/drain/transport.ts";
import { restoredCluster } from "../../adapters/kubernetes/restore/restored-cluster.ts";
import type { BackupInstance, RestoreScope } from "../../domain/restore/backup-provider.ts";
import { compareContents } from "../../domain/restore/compare-contents.ts";
import { expectedContents } from "../../domain/restore/expected-contents.ts";
import { isolationManifests, quietings } from "../../domain/restore/isolation.ts";
import {
  admitVault,
  type BackupHarness,
  instanceId,
  newestPoint,
  restoreRequest,
  startBackups,
  vaultId,
} from "../simulator/backup-harness.ts";

let simulator: BackupHarness;

beforeEach(async () => {
  simulator = await startBackups();
});

afterEach(() => simulator.close());

function cluster(name: string) {
  const authorization = `Bearer ${simulator.azure.secrets.get(`kubernetes/${name}`)}`;
  const url = `${simulator.url}/kubernetes/${name}`;
  return restoredCluster(name, openTransport({ url, options: async () => ({ headers: { authorization } }) }));
}

const scope = {
  ...{ includedNamespaces: ["shop"], excludedNamespaces: [], includedResources: [], excludedResources: [] },
  labelSelectors: [],
} as unknown as RestoreScope;
const instance = { includedNamespaces: [], excludedNamespaces: [] } as unknown as BackupInstance;
const mapping = { shop: "shop-test" };
const isolation = { runId: "run-1", namespace: "shop-test", together: ["shop-test"], openings: [] };

/** Restores prod-weu's shop into dev-weu, and lets its pods come up. */
async function restore(): Promise<string> {
  await admitVault(simulator, "dev-weu", vaultId());
  const id = await instanceId(simulator);
  const point = await newestPoint(simulator, id);
  const request = restoreRequest(point, "dev-weu", { includedNamespaces: ["shop"], namespaceMappings: mapping });
  const { result } = await simulator.finished("POST", `${id}/restore`, request);
  await simulator.endedJob(result.body.jobId);
  const { body } = await simulator.arm("GET", `${id}/recoveryPoints/${point}`);
  return body.properties.recoveryPointTime;
}

describe("a restored cluster", () => {
  it("holds what the source held, which becomes ready; and what is taken away is missed", async () => {
    const source = await cluster("prod-weu").inventory();
    const takenAt = await restore();
    const expected = expectedContents(source, { instance, scope, takenAt });
    expect(expected.some(({ kind }) => kind === "Deployment")).toBe(true);
    const compare = async () =>
      compareContents({
        ...{ cluster: "prod-weu", expected, namespaceMappings: mapping },
        found: await cluster("dev-weu").inventory(),
      });
    expect((await compare()).findings).toEqual([]);
    simulator.clock.advance(600);
    expect(await compare()).toMatchObject({ findings: [], pending: [] });
    simulator.world.change(() => {
      const table = simulator.azure.kubernetes("dev-weu").table("deployments");
      for (const one of table.list("shop-test")) table.remove(one);
    });
    // Its deployments are all that this namespace was to hold.
    const codes = (await compare()).findings.map(({ code }) => code);
    expect(codes).toEqual(["RestoredNothing"]);
  });

  it("is isolated before anything is in it, as often as one asks", async () => {
    const scratch = cluster("dev-weu");
    await scratch.apply(isolationManifests(isolation));
    await scratch.apply(isolationManifests(isolation));
    const path = "/apis/networking.k8s.io/v1/namespaces/shop-test/networkpolicies/drydock-isolation";
    expect((await simulator.kube("dev-weu", path)).spec).toMatchObject({ podSelector: {}, policyTypes: ["Egress"] });
    await restore();
    expect((await simulator.kube("dev-weu", path)).kind).toBe("NetworkPolicy");
  });

  it("is quieted, and stays so; what is gone meanwhile is no error", async () => {
    const scratch = cluster("dev-weu");
    await scratch.apply(isolationManifests(isolation));
    const cron = {
      ...{ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "digest" } },
      spec: {
        schedule: "* * * * *",
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "i" }] } } },
        },
      },
    };
    expect((await simulator.post("dev-weu", "/apis/batch/v1/namespaces/shop-test/cronjobs", cron)).status).toBe(201);
    const loud = async () =>
      quietings(await scratch.loudObjects()).filter(({ namespace }) => namespace === "shop-test");
    const found = await loud();
    expect(found).toMatchObject([{ kind: "CronJob", name: "digest" }]);
    await scratch.quiet([...found, { kind: "Service", namespace: "shop-test", name: "gone", patch: { spec: {} } }]);
    expect(await loud()).toEqual([]);
  });

  it("that refuses says what was asked of it", async () => {
    const url = `${simulator.url}/kubernetes/dev-weu`;
    const stranger = restoredCluster("dev-weu", openTransport({ url, options: async () => ({}) }));
    await expect(stranger.loudObjects()).rejects.toMatchObject({
      failure: {
        class: "needs-person",
        message: expect.stringContaining("could not list the CronJob objects in dev-weu"),
      },
    });
  });
});
