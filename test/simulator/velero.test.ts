import { afterEach, describe, expect, it } from "vitest";
import { installVelero } from "../../simulator/velero/velero.ts";
import { type BackupHarness, startBackups } from "./backup-harness.ts";

const VELERO = "/apis/velero.io/v1/namespaces/velero";

let backups: BackupHarness;

afterEach(() => backups.close());

/** Two clusters whose Veleros share a bucket. */
async function begin(backup: unknown = {}, schedule?: string): Promise<void> {
  backups = await startBackups({ backup });
  const install = (name: string, when?: string) =>
    backups.world.change(() => installVelero(backups.azure.kubernetes(name), { bucket: "shared", schedule: when }));
  install("prod-weu", schedule);
  install("dev-weu");
}

function object(kind: string, name: string, spec: object) {
  return { apiVersion: "velero.io/v1", kind, metadata: { name, namespace: "velero" }, spec };
}

async function make(cluster: string, kind: "Backup" | "Restore" | "Schedule", name: string, spec: object) {
  const { status } = await backups.post(cluster, `${VELERO}/${kind.toLowerCase()}s`, object(kind, name, spec));
  expect(status).toBe(201);
}

const get = (cluster: string, plural: string, name: string) => backups.kube(cluster, `${VELERO}/${plural}/${name}`);

async function ended(cluster: string, plural: string, name: string) {
  for (let minutes = 0; minutes < 600; minutes += 1) {
    const found = await get(cluster, plural, name);
    if (found.status?.completionTimestamp ?? found.status?.validationErrors) return found;
    backups.clock.advance(60);
  }
  throw new Error(`${plural} ${name} did not end`);
}

/** A backup of prod-weu's shop, and a restore of it in dev-weu under another name. */
async function restored(spec: object = {}) {
  await make("prod-weu", "Backup", "one", { includedNamespaces: ["shop"] });
  await ended("prod-weu", "backups", "one");
  backups.clock.advance(60);
  await make("dev-weu", "Restore", "again", { backupName: "one", namespaceMapping: { shop: "shop-test" }, ...spec });
  return ended("dev-weu", "restores", "again");
}

describe("a backup of Velero", () => {
  it("goes from InProgress to Completed and counts its items", async () => {
    await begin();
    await make("prod-weu", "Backup", "one", { includedNamespaces: ["shop"], ttl: "24h0m0s" });
    expect((await get("prod-weu", "backups", "one")).status).toMatchObject({
      phase: "InProgress",
      progress: { itemsBackedUp: 0 },
      expiration: "2026-11-21T08:00:00Z",
    });
    const { status } = await ended("prod-weu", "backups", "one");
    expect(status.phase).toBe("Completed");
    expect(status.progress.itemsBackedUp).toBe(status.progress.totalItems);
    expect(status.progress.totalItems).toBeGreaterThan(1);
  });

  it("is seen by every cluster with the same bucket, and gone from all when its time is over", async () => {
    await begin();
    await make("prod-weu", "Backup", "one", { includedNamespaces: ["shop"], ttl: "24h" });
    await ended("prod-weu", "backups", "one");
    backups.clock.advance(60);
    const synced = await get("dev-weu", "backups", "one");
    expect(synced).toMatchObject({
      metadata: { labels: { "velero.io/storage-location": "default" } },
      status: { phase: "Completed" },
    });
    backups.clock.advance(86_400);
    expect((await get("prod-weu", "backups", "one")).code).toBe(404);
    expect((await get("dev-weu", "backups", "one")).code).toBe(404);
  });

  it("is not made without its location, and not while the bucket cannot be reached", async () => {
    await begin({ unreachable: [{ match: { vault: "shared" } }] });
    expect((await get("prod-weu", "backupstoragelocations", "default")).status.phase).toBe("Unavailable");
    await make("prod-weu", "Backup", "one", {});
    await make("prod-weu", "Backup", "two", { storageLocation: "other" });
    expect((await get("prod-weu", "backups", "one")).status.validationErrors[0]).toContain("Unavailable");
    expect((await get("prod-weu", "backups", "two")).status).toMatchObject({ phase: "FailedValidation" });
  });

  it("is made by a schedule, by the clock", async () => {
    await begin({}, "0 2 * * *");
    backups.clock.advance(2 * 86_400);
    const { items } = await backups.kube("prod-weu", `${VELERO}/backups`);
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
      "daily-20261121020000",
      "daily-20261122020000",
    ]);
    expect((await get("prod-weu", "schedules", "daily")).status).toEqual({
      phase: "Enabled",
      lastBackup: "2026-11-22T02:00:00Z",
    });
    await make("dev-weu", "Restore", "newest", { scheduleName: "daily", includedNamespaces: ["shop"] });
    expect((await ended("dev-weu", "restores", "newest")).status.completionTimestamp).toBeDefined();
    await make("prod-weu", "Schedule", "odd", { schedule: "whenever", template: {} });
    expect((await get("prod-weu", "schedules", "odd")).status.phase).toBe("FailedValidation");
  });
});

describe("a restore of Velero", () => {
  it("maps namespaces, and its workloads come up", async () => {
    await begin();
    const { status } = await restored();
    expect(status).toMatchObject({ phase: "Completed" });
    expect(status.progress.itemsRestored).toBe(status.progress.totalItems);
    backups.clock.advance(120);
    const { items } = await backups.kube("dev-weu", "/apis/apps/v1/namespaces/shop-test/deployments");
    expect(items[0].metadata.labels).toMatchObject({
      "velero.io/backup-name": "one",
      "velero.io/restore-name": "again",
    });
    const pods = await backups.kube("dev-weu", "/api/v1/namespaces/shop-test/pods");
    expect(pods.items.length).toBeGreaterThan(0);
  });

  it("is refused for a backup that is not there, or not done", async () => {
    await begin();
    await make("dev-weu", "Restore", "none", { backupName: "nope" });
    expect((await get("dev-weu", "restores", "none")).status).toMatchObject({
      phase: "FailedValidation",
      validationErrors: ['Error retrieving backup: backup.velero.io "nope" not found'],
    });
    await make("prod-weu", "Backup", "one", {});
    await make("prod-weu", "Restore", "early", { backupName: "one" });
    expect((await get("prod-weu", "restores", "early")).status.validationErrors[0]).toContain("InProgress");
  });

  it("is partial when objects could not be restored", async () => {
    await begin({ restores: [{ match: {}, leaveOut: ["Deployment/shop/.*"] }] });
    expect((await restored()).status).toMatchObject({ phase: "PartiallyFailed", errors: 1 });
  });

  it("fails late, or hangs for hours, when the scenario says so", async () => {
    const fail = { code: "Any", message: "the plugin panicked" };
    await begin({ restores: [{ match: { target: "dev-weu" }, fail }] });
    expect((await restored()).status).toMatchObject({ phase: "Failed", failureReason: fail.message });
    await backups.close();
    await begin({ restores: [{ match: { source: "prod-weu" }, stuckHours: 3 }] });
    const { status } = await restored();
    expect(Date.parse(status.completionTimestamp) - Date.parse(status.startTimestamp)).toBeGreaterThan(3 * 3_600_000);
  });

  it("warns of what is there and differs, and says that nothing was wrong otherwise", async () => {
    await begin();
    await restored();
    backups.world.change(() => {
      const table = backups.azure.kubernetes("dev-weu").table("deployments");
      for (const one of table.list("shop-test")) table.update({ ...one, spec: { ...one.spec, replicas: 1 } });
    });
    const mapping = { backupName: "one", namespaceMapping: { shop: "shop-test" } };
    await make("dev-weu", "Restore", "twice", mapping);
    expect((await ended("dev-weu", "restores", "twice")).status).toMatchObject({ phase: "Completed", warnings: 1 });
    await make("dev-weu", "Restore", "over", { ...mapping, existingResourcePolicy: "update" });
    const { status } = await ended("dev-weu", "restores", "over");
    expect(status.warnings).toBeUndefined();
  });
});
