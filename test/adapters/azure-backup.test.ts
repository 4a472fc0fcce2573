import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { openAzureBackup } from "../../adapters/backup/data-protection/azure-backup.ts";
import type {
  BackupInstance,
  BackupOperation,
  BackupProvider,
  RestoreRequest,
} from "../../domain/restore/backup-provider.ts";
import { admitVault, type BackupHarness, clusterId, startBackups, vaultId } from "../simulator/backup-harness.ts";
import { fetchToken } from "../simulator/start-simulator.ts";

const REFERENCE = join(import.meta.dirname, "../simulator/contract/reference");

let backups: BackupHarness | undefined;

afterEach(async () => {
  await backups?.close();
  backups = undefined;
});

interface Ground {
  readonly simulator: BackupHarness;
  readonly provider: BackupProvider;
  readonly instance: BackupInstance;
}

/** The provider on a simulator whose dev-weu may take restores of prod-weu. */
async function begin(scenario: unknown = {}, admitted = true): Promise<Ground> {
  const simulator = await startBackups({ backup: scenario });
  backups = simulator;
  if (admitted) await admitVault(simulator, "dev-weu", vaultId());
  const provider = await openAzureBackup({
    endpoint: simulator.url,
    credential: {
      getToken: async () => ({
        token: await fetchToken(simulator.identityEndpoint, simulator.identityHeader),
        expiresOnTimestamp: 0,
      }),
    },
  });
  const [instance] = await provider.instances(clusterId("prod-weu"));
  if (!instance) throw new Error("prod-weu has no backup instance");
  return { simulator, provider, instance };
}

function nowOf({ clock }: BackupHarness): string {
  return new Date(clock.nowMs()).toISOString();
}

async function requestFor({ simulator, provider, instance }: Ground): Promise<RestoreRequest> {
  const [point] = await provider.points(instance);
  return {
    runId: "run-1",
    instance,
    pointId: point?.id ?? "",
    tier: "operational",
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
    askedAt: nowOf(simulator),
  };
}

/** Polls as an orchestration does: what is kept between two looks has been through JSON. */
async function ended({ simulator, provider }: Ground, begun: BackupOperation): Promise<BackupOperation> {
  let operation = begun;
  while (operation.status === "running") {
    if (operation.polls > 500) throw new Error("it did not end");
    simulator.clock.advance(operation.retryAfterSeconds);
    operation = await provider.poll(JSON.parse(JSON.stringify(operation)));
  }
  return operation;
}

describe("Azure Backup", () => {
  it("tells what backs a cluster up, and answers nothing for a cluster without backups", async () => {
    const { provider, instance } = await begin();
    expect(instance).toMatchObject({
      provider: "azure-backup",
      clusterId: clusterId("prod-weu"),
      location: "westeurope",
      protection: "protected",
      protectionDetail: "ProtectionConfigured",
      hasVolumeData: true,
    });
    expect(await provider.instances(clusterId("dev-weu"))).toEqual([]);
  });

  it("tells that the last backup failed, and why", async () => {
    const ground = await begin({ missing: [{ match: { cluster: "prod-weu" }, sinceDays: 0 }] });
    ground.simulator.clock.advance(86_400);
    const [instance] = await ground.provider.instances(clusterId("prod-weu"));
    expect(instance?.lastBackup).toMatchObject({
      status: "failed",
      message: expect.stringContaining("UserErrorBackupStorageLocationNotReady"),
    });
  });

  it("lists recovery points newest first, and those of a span", async () => {
    const { provider, instance } = await begin();
    const points = await provider.points(instance);
    expect(points).toHaveLength(14);
    expect(points[0]).toMatchObject({ takenAt: "2026-11-20T02:00:00.000Z", isComplete: true, tiers: ["operational"] });
    const span = { fromAt: "2026-11-18T00:00:00Z", untilAt: "2026-11-19T12:00:00Z" };
    expect((await provider.points(instance, span)).map(({ takenAt }) => takenAt)).toEqual([
      "2026-11-19T02:00:00.000Z",
      "2026-11-18T02:00:00.000Z",
    ]);
  });

  it("validates a restore: what is missing in the target is the reason, and then it passes", async () => {
    const ground = await begin({}, false);
    const request = await requestFor(ground);
    const refused = await ended(ground, await ground.provider.beginValidation(request));
    expect(refused).toMatchObject({
      status: "failed",
      failure: { class: "terminal", code: "OperationFailed" },
      progress: { problems: [{ code: "UserErrorKubernetesBackupExtensionNotFoundError" }] },
    });
    await admitVault(ground.simulator, "dev-weu", vaultId());
    expect(await ended(ground, await ground.provider.beginValidation(request))).toMatchObject({ status: "completed" });
  });

  it("restores, and follows operation, job and sub-tasks to the end", async () => {
    const ground = await begin({ objectSeconds: 30 });
    const begun = await ground.provider.beginRestore(await requestFor(ground));
    expect(begun).toMatchObject({ status: "running", job: null, polls: 0 });
    let operation = begun;
    const percents: Array<number | null> = [];
    while (operation.status === "running") {
      ground.simulator.clock.advance(60);
      operation = await ground.provider.poll(operation);
      percents.push(operation.progress.percent);
    }
    expect(operation).toMatchObject({ status: "completed", failure: null, progress: { problems: [] } });
    expect(operation.job).toContain("/backupJobs/");
    expect(Date.parse(operation.endedAt ?? "")).toBeGreaterThan(Date.parse(operation.startedAt ?? ""));
    expect(operation.progress.tasks).toMatchObject([{ name: "Trigger Restore", status: "Completed" }]);
    expect(percents.some((percent) => percent !== null && percent > 0 && percent < 100)).toBe(true);
    const shop = "/apis/apps/v1/namespaces/shop-test/deployments";
    expect((await ground.simulator.kube("dev-weu", shop)).items).not.toEqual([]);
  });

  it("begins a restore once when it is asked twice, and another when a later run asks", async () => {
    const ground = await begin({ objectSeconds: 30 });
    const request = await requestFor(ground);
    await ground.provider.beginRestore(request);
    ground.simulator.clock.advance(120);
    const again = await ground.provider.beginRestore(request);
    expect(again.job).toContain("/backupJobs/");
    expect(await ground.provider.restoresSince(ground.instance, request.askedAt)).toHaveLength(1);
    await ended(ground, again);
    const later = { ...request, askedAt: nowOf(ground.simulator) };
    expect((await ground.provider.beginRestore(later)).job).toBeNull();
    ground.simulator.clock.advance(120);
    expect(await ground.provider.restoresSince(ground.instance, request.askedAt)).toHaveLength(2);
  });

  it("names each object that was not restored", async () => {
    const ground = await begin({ restores: [{ match: {}, leaveOut: ["Deployment/shop/.*"] }] });
    const operation = await ended(ground, await ground.provider.beginRestore(await requestFor(ground)));
    expect(operation).toMatchObject({ status: "partial", failure: null });
    expect(operation.progress.problems[0]).toMatchObject({
      object: expect.stringMatching(/^deployments\.apps\/shop\//),
      code: "KubernetesBackupGenericWarning",
      remedy: "Check validating webhooks in the target cluster.",
    });
  });

  it("says why a restore failed late", async () => {
    const fail = { code: "UserErrorBackupPluginPodRestartedDuringRestore", message: "The plugin pod restarted." };
    const ground = await begin({ restores: [{ match: {}, fail }] });
    const operation = await ended(ground, await ground.provider.beginRestore(await requestFor(ground)));
    expect(operation.status).toBe("failed");
    expect(operation.failure?.message).toBe(
      "the restore of prod-weu into dev-weu failed: UserErrorBackupPluginPodRestartedDuringRestore: The plugin pod restarted.",
    );
  });

  it("takes a backup now, once for one asking", async () => {
    const ground = await begin();
    const askedAt = nowOf(ground.simulator);
    await ground.provider.beginBackup(ground.instance, askedAt);
    ground.simulator.clock.advance(60);
    const operation = await ended(ground, await ground.provider.beginBackup(ground.instance, askedAt));
    expect(operation.status).toBe("completed");
    const [newest, ...others] = await ground.provider.points(ground.instance);
    expect(Date.parse(newest?.takenAt ?? "")).toBeGreaterThanOrEqual(Date.parse(askedAt));
    expect(others.every(({ takenAt }) => takenAt < askedAt)).toBe(true);
  });

  it("is unreachable for a while, and says when to come back", async () => {
    const ground = await begin();
    await backups?.close();
    backups = await startBackups({ backup: { unreachable: [{ match: { vault: "bv-prod-weu" } }] } });
    const { url, identityEndpoint, identityHeader } = backups;
    const getToken = async () => ({ token: await fetchToken(identityEndpoint, identityHeader), expiresOnTimestamp: 0 });
    const provider = await openAzureBackup({ endpoint: url, credential: { getToken } });
    await expect(provider.points(ground.instance)).rejects.toMatchObject({
      failure: { class: "transient", code: "Unreachable", retryAfterSeconds: 30 },
    });
  });
});

describe("the client of Microsoft.DataProtection", () => {
  const served = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return openAzureBackup({ endpoint, credential: { getToken: async () => ({ token: "t", expiresOnTimestamp: 0 }) } });
  };

  const instance = { id: `${vaultId()}/backupInstances/one`, clusterId: clusterId("prod-weu") } as BackupInstance;
  const example = (name: string) =>
    JSON.parse(readFileSync(join(REFERENCE, `${name}.json`), "utf8")).responses["200"].body;

  it("reads the answers that were recorded of the service", async () => {
    const point = example("RecoveryPoints_Get.aks");
    const job = example("Jobs_Get.aks-restore-completed");
    const provider = await served((request, response) => {
      const isPoint = request.url?.includes("recoveryPoints");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(isPoint ? { value: [point] } : { value: [job] }));
    });
    expect(await provider.points(instance)).toMatchObject([{ id: point.name, tiers: ["operational"] }]);
    const own = { ...instance, id: job.properties.backupInstanceId };
    expect(await provider.restoresSince(own, "2020-01-01T00:00:00Z")).toHaveLength(1);
  });

  it("follows the pages of a list, and not to another host", async () => {
    const asked: string[] = [];
    const provider = await served((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      const isFirst = asked.length === 1;
      const next = isFirst ? `http://${request.headers.host}/next?page=2` : "https://elsewhere.example/next";
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ value: [], nextLink: next }));
    });
    await expect(provider.points(instance)).rejects.toMatchObject({
      failure: { code: "Invalid", message: expect.stringContaining("a link leads to https://elsewhere.example") },
    });
    expect(asked).toEqual([`Bearer t ${instance.id}/recoveryPoints?api-version=2025-07-01`, "Bearer t /next?page=2"]);
  });

  it.each<[string, number, unknown, object]>([
    [
      "forbidden",
      403,
      { error: { code: "LinkedAuthorizationFailed", message: "no" } },
      { class: "needs-person", code: "Denied" },
    ],
    [
      "too many",
      429,
      { error: { code: "TooManyRequests", message: "slow" } },
      { code: "Throttled", retryAfterSeconds: 9 },
    ],
    ["of another shape", 200, { value: [{ name: 7 }] }, { code: "Invalid" }],
    ["no JSON", 502, "oops", { class: "transient", code: "Unreachable" }],
  ])("says what became of an answer that is %s", async (_what, status, body, failure) => {
    const provider = await served((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", "retry-after": "9" });
      response.end(JSON.stringify(body));
    });
    await expect(provider.points(instance)).rejects.toMatchObject({
      failure: { ...failure, message: expect.stringContaining("could not list the recovery points of one") },
    });
  });
});
