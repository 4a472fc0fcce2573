import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  admitVault,
  type BackupHarness,
  clusterId,
  instanceId,
  newestPoint,
  restoreRequest,
  startBackups,
  vaultId,
} from "./backup-harness.ts";

let backups: BackupHarness;

afterEach(() => backups.close());

async function begin(scenario: unknown = {}): Promise<string> {
  backups = await startBackups({ backup: scenario });
  await admitVault(backups, "dev-weu", vaultId());
  return instanceId(backups);
}

/** Restores the newest point into dev-weu; the job as it ended. */
async function restore(instance: string, criterion: object) {
  const request = restoreRequest(await newestPoint(backups, instance), "dev-weu", criterion);
  const { result } = await backups.finished("POST", `${instance}/restore`, request);
  return backups.endedJob(result.body.jobId);
}

const CLAIM = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "files" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "azurefile-csi",
    resources: { requests: { storage: "8Gi" } },
  },
};

/** A pod that runs to its end and prints what it reads from the claim. */
function reader(command: string) {
  const container = {
    name: "main",
    image: "registry.example.com/platform/toolbox:2026.1",
    command: ["sh", "-c", command],
    volumeMounts: [{ name: "files", mountPath: "/files" }],
  };
  const volumes = [{ name: "files", persistentVolumeClaim: { claimName: "files" } }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "reader" },
    spec: { restartPolicy: "Never", containers: [container], volumes },
  };
}

/** What a reader says of the claim in a namespace of a cluster, and how it ended. */
async function read(cluster: string, namespace: string, command: string) {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  expect((await backups.post(cluster, pods, reader(command))).status).toBe(201);
  backups.clock.advance(120);
  const log: string = await backups.kube(cluster, `${pods}/reader/log`);
  const { status } = await backups.kube(cluster, `${pods}/reader`);
  return { log, phase: status.phase };
}

/** Puts a claim into the shop of prod-weu and has it backed up. */
async function backUpClaim(instance: string): Promise<void> {
  await backups.post("prod-weu", "/api/v1/namespaces/shop/persistentvolumeclaims", CLAIM);
  const triggerOption = { retentionTagOverride: "Default" };
  const options = { backupRuleOptions: { ruleName: "BackupDaily", triggerOption } };
  const { result } = await backups.finished("POST", `${instance}/backup`, options);
  await backups.endedJob(result.body.jobId);
}

const SHOP = { includedNamespaces: ["shop"], namespaceMappings: { shop: "shop-test" } };

describe("a restore into another cluster", () => {
  it("brings a namespace back under another name, with workloads that come up by themselves", async () => {
    const instance = await begin();
    const job = await restore(instance, SHOP);
    expect(job.properties).toMatchObject({ status: "Completed", operation: "Restore", errorDetails: null });
    expect(job.properties.extendedInfo.recoveryDestination).toBe(clusterId("dev-weu"));
    await backups.arm("GET", job.id, undefined, "Jobs_Get.aks-restore-completed");
    backups.clock.advance(180);
    const source = await backups.kube("prod-weu", "/apis/apps/v1/namespaces/shop/deployments");
    const { items } = await backups.kube("dev-weu", "/apis/apps/v1/namespaces/shop-test/deployments");
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(
      source.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    );
    expect(items[0].metadata.labels["velero.io/restore-name"]).toBe(job.name);
    const pods = await backups.kube("dev-weu", "/api/v1/namespaces/shop-test/pods");
    expect(pods.items.length).toBeGreaterThan(0);
    expect(pods.items[0].metadata.creationTimestamp > job.properties.startTime).toBe(true);
  });

  it("takes its time and says how far it is", async () => {
    const instance = await begin({ objectSeconds: 60 });
    const request = restoreRequest(await newestPoint(backups, instance), "dev-weu", SHOP);
    const { result } = await backups.finished("POST", `${instance}/restore`, request);
    const { body: fresh } = await backups.arm("GET", result.body.jobId, undefined, "Jobs_Get.aks-restore-inprogress");
    expect(fresh.properties).toMatchObject({ status: "InProgress", duration: "PT0S", endTime: null });
    backups.clock.advance(120);
    const { body: later } = await backups.arm("GET", result.body.jobId);
    expect(Number.parseInt(later.properties.extendedInfo.subTasks[0].taskProgress, 10)).toBeGreaterThan(0);
    const ended = await backups.endedJob(result.body.jobId);
    expect(ended.properties.duration).toMatch(/^PT\d+M/);
  });

  it("brings what was there at the time of the point, not what is there now", async () => {
    const instance = await begin();
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" }, data: { at: "now" } };
    await backups.post("prod-weu", "/api/v1/namespaces/shop/configmaps", config);
    await restore(instance, SHOP);
    expect((await backups.kube("dev-weu", "/api/v1/namespaces/shop-test/configmaps/late")).code).toBe(404);
    backups.clock.advance(86_400);
    await restore(instance, { includedNamespaces: ["shop"], namespaceMappings: { shop: "shop-later" } });
    const found = await backups.kube("dev-weu", "/api/v1/namespaces/shop-later/configmaps/late");
    expect(found.data).toEqual({ at: "now" });
  });

  it("leaves what is there alone and warns, or patches it when it is told to", async () => {
    const instance = await begin();
    await restore(instance, SHOP);
    const path = "/apis/apps/v1/namespaces/shop-test/deployments";
    const [{ metadata, spec }] = (await backups.kube("dev-weu", path)).items;
    const cluster = backups.azure.kubernetes("dev-weu");
    const scale = (replicas: number) =>
      backups.world.change(() => {
        const table = cluster.table("deployments");
        const current = table.get("shop-test", metadata.name);
        table.update({ ...current, spec: { ...current.spec, replicas } });
      });
    scale(1);
    const skipped = await restore(instance, { ...SHOP, conflictPolicy: "Skip" });
    expect(skipped.properties.status).toBe("CompletedWithWarnings");
    const [warning] = skipped.properties.extendedInfo.warningDetails;
    expect(warning.resourceName).toBe(`deployments.apps/shop/${metadata.name}`);
    await backups.arm("GET", skipped.id, undefined, "Jobs_Get.aks-restore-completedwithwarnings");
    expect((await backups.kube("dev-weu", `${path}/${metadata.name}`)).spec.replicas).toBe(1);
    const patched = await restore(instance, { ...SHOP, conflictPolicy: "Patch" });
    expect(patched.properties.status).toBe("Completed");
    expect((await backups.kube("dev-weu", `${path}/${metadata.name}`)).spec.replicas).toBe(spec.replicas);
  });
});

describe("volumes", () => {
  it("come back with the data they had, and are read by pods", async () => {
    const instance = await begin();
    await backUpClaim(instance);
    const before = await read("prod-weu", "shop", "sha256sum /files/data");
    expect(before.log).toMatch(/^[0-9a-f]{64} {2}\/files\/data\n$/);
    await restore(instance, SHOP);
    expect(await read("dev-weu", "shop-test", "sha256sum /files/data")).toEqual({ ...before, phase: "Succeeded" });
  });

  it("are empty and new without their data", async () => {
    const instance = await begin();
    await backUpClaim(instance);
    const before = await read("prod-weu", "shop", "sha256sum /files/data");
    await restore(instance, { ...SHOP, persistentVolumeRestoreMode: "RestoreWithoutVolumeData" });
    const after = await read("dev-weu", "shop-test", "sha256sum /files/data");
    expect(after.log).not.toBe(before.log);
  });

  it("make a restore longer, by their size", async () => {
    const instance = await begin({ gibSeconds: 600 });
    await backUpClaim(instance);
    const job = await restore(instance, SHOP);
    const { startTime, endTime } = job.properties;
    expect(Date.parse(endTime) - Date.parse(startTime)).toBeGreaterThan(8 * 600_000);
  });

  it("fail their own check when the scenario spoils them, and only those", async () => {
    const instance = await begin({ corrupt: [{ match: { cluster: "prod-weu", claim: "fil.*" } }] });
    await backUpClaim(instance);
    await restore(instance, SHOP);
    const bad = await read("dev-weu", "shop-test", "cd /files && sha256sum -c MANIFEST");
    expect(bad.phase).toBe("Failed");
    expect(bad.log).toContain("/files/data: FAILED");
    const good = await read("prod-weu", "shop", "cd /files && sha256sum -c MANIFEST");
    expect(good).toEqual({ log: "/files/data: OK\n", phase: "Succeeded" });
  });
});

describe("a simulator that is started again", () => {
  it("goes on with a restore that was under way, from the same contents", async () => {
    const state = mkdtempSync(join(tmpdir(), "backups-"));
    try {
      backups = await startBackups({ backup: { objectSeconds: 60 } }, state);
      await admitVault(backups, "dev-weu", vaultId());
      const instance = await instanceId(backups);
      const request = restoreRequest(await newestPoint(backups, instance), "dev-weu", SHOP);
      const { result } = await backups.finished("POST", `${instance}/restore`, request);
      backups.clock.advance(120);
      const { clock } = backups;
      await backups.close();
      backups = await startBackups({ backup: { objectSeconds: 60 } }, state, clock);
      expect((await backups.endedJob(result.body.jobId)).properties.status).toBe("Completed");
      const { items } = await backups.kube("dev-weu", "/apis/apps/v1/namespaces/shop-test/deployments");
      expect(items).not.toEqual([]);
    } finally {
      rmSync(state, { recursive: true });
    }
  });
});

describe("what a scenario does", () => {
  it("fails a restore late, with all but the last object there", async () => {
    const fail = { code: "UserErrorBackupPluginPodRestartedDuringRestore", message: "The plugin pod restarted." };
    const instance = await begin({ restores: [{ match: { target: "dev-weu" }, fail }] });
    const job = await restore(instance, SHOP);
    expect(job.properties).toMatchObject({ status: "Failed", errorDetails: [fail] });
    await backups.arm("GET", job.id, undefined, "Jobs_Get.aks-restore-failed");
    expect((await backups.kube("dev-weu", "/api/v1/namespaces/shop-test")).kind).toBe("Namespace");
    expect((await restore(instance, { ...SHOP, conflictPolicy: "Patch" })).properties.status).toBe("Completed");
  });

  it("leaves objects out", async () => {
    const instance = await begin({ restores: [{ match: {}, leaveOut: ["Deployment/shop/.*"] }] });
    const job = await restore(instance, SHOP);
    expect(job.properties.status).toBe("CompletedWithWarnings");
    expect((await backups.kube("dev-weu", "/apis/apps/v1/namespaces/shop-test/deployments")).items).toEqual([]);
  });

  it("lets a restore hang half way for hours", async () => {
    const instance = await begin({ restores: [{ match: { source: "prod-weu" }, stuckHours: 5 }] });
    const job = await restore(instance, SHOP);
    expect(job.properties).toMatchObject({ status: "Completed", duration: expect.stringMatching(/^PT5H/) });
  });

  it("has recovery points missing since so many days, by jobs that fail", async () => {
    const instance = await begin({ missing: [{ match: { cluster: "prod-weu" }, sinceDays: 3 }] });
    backups.clock.advance(2 * 86_400);
    const { body } = await backups.arm("GET", `${instance}/recoveryPoints`);
    expect(body.value[0].properties.recoveryPointTime).toBe("2026-11-17T02:00:00.000Z");
    const jobs = await backups.arm("GET", `${vaultId()}/backupJobs`);
    expect(jobs.body.value[0].properties).toMatchObject({
      status: "Failed",
      errorDetails: [{ code: "UserErrorBackupStorageLocationNotReady" }],
    });
    expect(
      (await backups.arm("GET", `${await instanceId(backups, "prod-neu")}/recoveryPoints`)).body.value,
    ).toHaveLength(14);
  });

  it("has a vault that cannot be reached for a while", async () => {
    backups = await startBackups({ backup: { unreachable: [{ match: { vault: "bv-prod-weu" }, untilHours: 2 }] } });
    const away = await backups.arm("GET", `${vaultId()}/backupInstances`);
    expect([away.status, away.body.error.code, away.headers.get("retry-after")]).toEqual([
      503,
      "CloudServiceRetryableError",
      "30",
    ]);
    expect((await backups.arm("GET", `${vaultId("prod-neu")}/backupInstances`)).status).toBe(200);
    backups.clock.advance(7_200);
    expect((await backups.arm("GET", `${vaultId()}/backupInstances`)).status).toBe(200);
  });
});
