import { afterEach, describe, expect, it } from "vitest";
import { openVelero } from "../../adapters/backup/velero/velero.ts";
import { openTransport } from "../../adapters/kubernetes/drain/transport.ts";
import type {
  BackupInstance,
  BackupOperation,
  BackupProvider,
  RestoreRequest,
} from "../../domain/restore/backup-provider.ts";
import { installVelero } from "../../simulator/velero/velero.ts";
import { type BackupHarness, clusterId, startBackups } from "../simulator/backup-harness.ts";

let simulator: BackupHarness;

afterEach(() => simulator.close());

interface Ground {
  readonly provider: BackupProvider;
  readonly instance: BackupInstance;
}

/** Two clusters whose Veleros share a bucket; prod-weu's makes a backup every night. */
async function begin(backup: unknown = {}, schedule: string | undefined = "0 2 * * *"): Promise<Ground> {
  simulator = await startBackups({ backup });
  const install = (name: string, when?: string) =>
    simulator.world.change(() => installVelero(simulator.azure.kubernetes(name), { bucket: "shared", schedule: when }));
  install("prod-weu", schedule);
  install("dev-weu");
  simulator.clock.advance(60);
  const provider = openVelero(async (id) => {
    const name = id.split("/").at(-1) ?? "";
    const authorization = `Bearer ${simulator.azure.secrets.get(`kubernetes/${name}`)}`;
    const url = `${simulator.url}/kubernetes/${name}`;
    return openTransport({ url, options: async () => ({ headers: { authorization } }) });
  });
  const [instance] = await provider.instances(clusterId("prod-weu"));
  if (!instance) throw new Error("prod-weu has no storage location");
  return { provider, instance };
}

async function ended({ provider }: Ground, begun: BackupOperation): Promise<BackupOperation> {
  let operation = begun;
  while (operation.status === "running") {
    if (operation.polls > 2_000) throw new Error("it did not end");
    simulator.clock.advance(operation.retryAfterSeconds);
    operation = await provider.poll(JSON.parse(JSON.stringify(operation)));
  }
  return operation;
}

async function backedUp(ground: Ground): Promise<RestoreRequest> {
  const { provider, instance } = ground;
  const askedAt = new Date(simulator.clock.nowMs()).toISOString();
  const operation = await ended(ground, await provider.beginBackup(instance, askedAt));
  expect(operation.status).toBe("completed");
  const [point] = await provider.points(instance);
  return {
    runId: "run-1",
    instance,
    pointId: point?.id ?? "",
    tier: "object-store",
    targetClusterId: clusterId("dev-weu"),
    targetLocation: "westeurope",
    scope: {
      includedNamespaces: ["shop"],
      excludedNamespaces: [],
      includedResources: [],
      excludedResources: [],
      labelSelectors: [],
      namespaceMappings: { shop: "shop-test" },
      clusterResources: false,
      volumeData: true,
      conflicts: "skip",
      hooks: [],
      modifier: null,
    },
    staging: null,
    askedAt,
  };
}

describe("Velero", () => {
  it("tells each storage location as an instance, with its schedule", async () => {
    const { provider, instance } = await begin();
    expect(instance).toMatchObject({ id: "velero/default", protection: "protected", protectionDetail: "daily" });
    expect(await provider.instances(clusterId("prod-neu"))).toEqual([]);
  });

  it("says that nothing makes backups, and that the bucket cannot be reached", async () => {
    expect((await begin({}, "")).instance).toMatchObject({ protection: "stopped" });
    await simulator.close();
    const unreachable = [{ match: { vault: "shared" } }];
    expect((await begin({ unreachable })).instance).toMatchObject({
      protection: "error",
      protectionDetail: expect.stringContaining("location default is Unavailable"),
    });
  });

  it("lists the backups of the schedule, newest first", async () => {
    const { provider, instance } = await begin();
    simulator.clock.advance(2 * 86_400);
    const points = await provider.points(instance);
    expect(points.map(({ id }) => id)).toEqual(["daily-20261122020000", "daily-20261121020000"]);
    expect(points[0]).toMatchObject({ isComplete: true, tiers: ["object-store"], takenAt: "2026-11-22T02:00:00.000Z" });
    expect(await provider.points(instance, { untilAt: "2026-11-21T12:00:00Z" })).toHaveLength(1);
    const [again] = await provider.instances(clusterId("prod-weu"));
    expect(again?.lastBackup).toMatchObject({ status: "completed", startedAt: "2026-11-22T02:00:00.000Z" });
  });

  it("waits until the backup has come to the target, and then restores it", async () => {
    const ground = await begin();
    const request = await backedUp(ground);
    expect(await ended(ground, await ground.provider.beginValidation(request))).toMatchObject({ status: "completed" });
    const operation = await ended(ground, await ground.provider.beginRestore(request));
    expect(operation).toMatchObject({ status: "completed", progress: { percent: 100, problems: [] } });
    const { items } = await simulator.kube("dev-weu", "/apis/apps/v1/namespaces/shop-test/deployments");
    expect(items).not.toEqual([]);
  });

  it("fails the validation of a backup that never comes", async () => {
    const ground = await begin();
    const request = { ...(await backedUp(ground)), pointId: "none" };
    const validation = await ended(ground, await ground.provider.beginValidation(request));
    expect(validation.failure?.message).toBe("the backup none did not come to the target");
  });

  it("restores once when it is asked twice", async () => {
    const ground = await begin();
    const request = await backedUp(ground);
    simulator.clock.advance(60);
    const first = await ground.provider.beginRestore(request);
    expect((await ground.provider.beginRestore(request)).handle).toBe(first.handle);
    const { items } = await simulator.kube("dev-weu", "/apis/velero.io/v1/namespaces/velero/restores");
    expect(items).toHaveLength(1);
  });

  it.each<[string, object, object]>([
    ["half-fails", { leaveOut: ["Deployment/shop/.*"] }, { status: "partial", failure: null }],
    ["fails late", { fail: { code: "Any", message: "the plugin panicked" } }, { status: "failed" }],
  ])("says why a restore %s", async (_what, fault, expected) => {
    const ground = await begin({ restores: [{ match: {}, ...fault }] });
    const request = await backedUp(ground);
    simulator.clock.advance(60);
    const operation = await ended(ground, await ground.provider.beginRestore(request));
    expect(operation).toMatchObject(expected);
    expect(operation.progress.problems[0]?.message).toMatch(/1 errors|the plugin panicked/);
  });
});
