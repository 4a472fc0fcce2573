import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  admitVault,
  type BackupHarness,
  clusterId,
  grantAccess,
  instanceId,
  newestPoint,
  PROVIDER,
  restoreRequest,
  startBackups,
  vaultId,
} from "./backup-harness.ts";
import { SUBSCRIPTION } from "./start-simulator.ts";

const DAY = 86_400;

let backups: BackupHarness;

beforeEach(async () => {
  backups = await startBackups();
});

afterEach(() => backups.close());

describe("the vaults of the sample fleet", () => {
  it("are listed by subscription and by group, with policy and instance as the service shows them", async () => {
    const { arm } = backups;
    const all = await arm("GET", `/subscriptions/${SUBSCRIPTION}/${PROVIDER}/backupVaults`);
    expect(all.body.value.map(({ name }: { name: string }) => name)).toEqual(["bv-prod-neu", "bv-prod-weu"]);
    const ofGroup = await arm("GET", vaultId().replace(/\/[^/]+$/, ""));
    expect(ofGroup.body.value).toHaveLength(1);
    await arm("GET", vaultId(), undefined, "BackupVaults_Get");
    await arm("GET", `${vaultId()}/backupPolicies/daily`, undefined, "BackupPolicies_Get.aks");
    const instance = await arm("GET", await instanceId(backups), undefined, "BackupInstances_Get.aks");
    expect(instance.body.properties.currentProtectionState).toBe("ProtectionConfigured");
    const ofCluster = await arm("GET", `${clusterId("prod-weu")}/${PROVIDER}/backupInstances`);
    expect(ofCluster.body.value).toEqual([instance.body]);
  });

  it("answer 404 in the envelope of Azure for what is not there", async () => {
    const { status, body } = await backups.arm("GET", `${vaultId()}x`);
    expect([status, body.error.code]).toEqual([404, "ResourceNotFound"]);
    const point = await backups.arm("GET", `${await instanceId(backups)}/recoveryPoints/${"0".repeat(32)}`);
    expect(point.status).toBe(404);
    expect((await backups.arm("GET", `${vaultId()}/backupJobs/none`)).status).toBe(404);
  });
});

describe("recovery points", () => {
  const times = async () => {
    const { body } = await backups.arm("GET", `${await instanceId(backups)}/recoveryPoints`);
    return body.value.map((point: { properties: { recoveryPointTime: string } }) => point.properties.recoveryPointTime);
  };

  it("go back as far as the policy keeps them, newest first", async () => {
    const found = await times();
    expect(found).toHaveLength(14);
    expect(found[0]).toBe("2026-11-20T02:00:00.000Z");
    expect(found.at(-1)).toBe("2026-11-07T02:00:00.000Z");
  });

  it("are made when the clock passes their time, and the oldest go", async () => {
    backups.clock.advance(2 * DAY);
    const found = await times();
    expect(found).toHaveLength(14);
    expect(found[0]).toBe("2026-11-22T02:00:00.000Z");
    const { body } = await backups.arm("GET", `${vaultId()}/backupJobs`);
    expect(body.value.map((job: { properties: { status: string } }) => job.properties.status)).toEqual([
      "Completed",
      "Completed",
    ]);
    await backups.arm("GET", body.value[0].id, undefined, "Jobs_Get.aks-backup-completed");
  });

  it("are shown as the service shows them, and filtered by date", async () => {
    const instance = await instanceId(backups);
    const point = await newestPoint(backups, instance);
    await backups.arm("GET", `${instance}/recoveryPoints/${point}`, undefined, "RecoveryPoints_Get.aks");
    const filter = encodeURIComponent("startDate eq '2026-11-18T00:00:00Z' and endDate eq '2026-11-19T12:00:00Z'");
    const { body } = await backups.arm("GET", `${instance}/recoveryPoints?$filter=${filter}`);
    expect(body.value).toHaveLength(2);
    expect((await backups.arm("GET", `${instance}/recoveryPoints?$filter=colour%20eq%20'red'`)).status).toBe(400);
  });

  it("can be made at once, by a rule of the policy", async () => {
    const instance = await instanceId(backups);
    const options = (ruleName: string) => ({
      backupRuleOptions: { ruleName, triggerOption: { retentionTagOverride: "Default" } },
    });
    expect((await backups.arm("POST", `${instance}/backup`, options("None"))).status).toBe(400);
    const { result } = await backups.finished("POST", `${instance}/backup`, options("BackupDaily"));
    const job = await backups.endedJob(result.body.jobId);
    expect(job.properties).toMatchObject({ status: "Completed", isUserTriggered: true, operation: "Backup" });
    expect(await newestPoint(backups, instance)).toBe(job.properties.extendedInfo.targetRecoverPoint.recoveryPointID);
  });
});

describe("operations", () => {
  it("tell where and when to ask, say Inprogress first, and need their signed links", async () => {
    const instance = await instanceId(backups);
    const request = { restoreRequestObject: restoreRequest(await newestPoint(backups, instance), "prod-weu") };
    const { status, headers, body } = await backups.arm("POST", `${instance}/validateRestore`, request);
    expect([status, body, headers.get("retry-after")]).toEqual([202, undefined, "10"]);
    const [statusUrl = "", resultUrl = ""] = [headers.get("azure-asyncoperation"), headers.get("location")].map(String);
    const running = await backups.arm("GET", statusUrl, undefined, "OperationStatusBackupVaultContext_Get.inprogress");
    expect(running.body).toMatchObject({ status: "Inprogress", endTime: "0001-01-01T00:00:00Z" });
    expect(running.headers.get("retry-after")).toBe("10");
    expect((await backups.arm("GET", resultUrl)).status).toBe(202);
    expect((await backups.arm("GET", statusUrl.replace(/\?.*/, ""))).status).toBe(403);
    backups.clock.advance(60);
    expect((await backups.arm("GET", statusUrl)).body.status).toBe("Succeeded");
    const result = await backups.arm("GET", resultUrl);
    expect([result.status, result.body.objectType]).toEqual([200, "OperationJobExtendedInfo"]);
  });
});

describe("the validation of a restore", () => {
  async function validate(target: string, criterion: object = {}, store?: string) {
    const instance = await instanceId(backups);
    const point = await newestPoint(backups, instance);
    const restoreRequestObject = restoreRequest(point, target, criterion, store);
    return backups.finished("POST", `${instance}/validateRestore`, { restoreRequestObject });
  }

  it("fails without the backup extension, then without trusted access, and passes with both", async () => {
    const first = await validate("dev-weu");
    expect(first.status.error.code).toBe("UserErrorKubernetesBackupExtensionNotFoundError");
    expect(first.result.status).toBe(400);
    await admitVault(backups, "dev-weu", vaultId("prod-neu"));
    expect((await validate("dev-weu")).status.error.code).toBe("UserErrorTrustedAccessRoleBindingNotFound");
    await grantAccess(backups, "dev-weu", vaultId());
    backups.clock.advance(60);
    expect((await validate("dev-weu")).status.status).toBe("Succeeded");
  });

  it("fails for a cluster and a point that are not there, and for a store that holds no copy", async () => {
    expect((await validate("nowhere")).status.error.code).toBe("UserErrorKubernetesClusterNotFound");
    const vaultTier = { objectType: "KubernetesClusterVaultTierRestoreCriteria" };
    const noCopy = await validate("prod-weu", vaultTier, "VaultStore");
    expect(noCopy.status.error.code).toBe("DppUserErrorVaultTierPolicyNotSupported");
    const instance = await instanceId(backups);
    const request = { restoreRequestObject: restoreRequest("f".repeat(32), "prod-weu") };
    const { status } = await backups.finished("POST", `${instance}/validateRestore`, request);
    expect(status.error.code).toBe("UserErrorRecoveryPointNotFound");
  });

  it("refuses a request that is none at once", async () => {
    const { status, body } = await backups.arm("POST", `${await instanceId(backups)}/restore`, { objectType: "Other" });
    expect([status, body.error.code]).toEqual([400, "InvalidParameter"]);
  });
});

describe("a vault that is made", () => {
  it("protects a cluster by policy and instance, and goes when it is empty", async () => {
    const { arm, finished } = backups;
    const vault = vaultId("dev-weu");
    const storageSettings = [{ datastoreType: "VaultStore", type: "LocallyRedundant" }];
    await finished("PUT", vault, { location: "westeurope", properties: { storageSettings } });
    expect((await arm("GET", vault)).body.properties.provisioningState).toBe("Succeeded");
    const { body: policy } = await arm("GET", `${vaultId()}/backupPolicies/daily`);
    await arm("PUT", `${vault}/backupPolicies/mine`, { properties: policy.properties });
    const { body: like } = await arm("GET", await instanceId(backups));
    const properties = {
      ...like.properties,
      dataSourceInfo: { ...like.properties.dataSourceInfo, resourceID: clusterId("dev-weu") },
      policyInfo: { ...like.properties.policyInfo, policyId: `${vault}/backupPolicies/mine` },
    };
    const validation = () => finished("POST", `${vault}/validateForBackup`, { backupInstance: properties });
    expect((await validation()).status.error.code).toBe("UserErrorKubernetesBackupExtensionNotFoundError");
    await admitVault(backups, "dev-weu", vault);
    expect((await validation()).status.status).toBe("Succeeded");
    const instance = `${vault}/backupInstances/dev`;
    await finished("PUT", instance, { properties });
    expect((await arm("GET", instance)).body.properties.currentProtectionState).toBe("ProtectionConfigured");
    backups.clock.advance(DAY);
    expect((await arm("GET", `${instance}/recoveryPoints`)).body.value).toHaveLength(1);
    expect((await arm("DELETE", vault)).body.error.code).toBe("UserErrorVaultHasBackupInstances");
    await finished("DELETE", instance);
    expect((await arm("DELETE", instance)).status).toBe(204);
    await finished("DELETE", vault);
    expect((await arm("GET", vault)).status).toBe(404);
  });
});
