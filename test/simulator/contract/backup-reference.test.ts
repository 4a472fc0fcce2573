import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkBackupAnswer } from "./backup-reference.ts";

const VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DataProtection/backupVaults/v";

const EXAMPLES = [
  ["Jobs_Get.aks-restore-completed", `${VAULT}/backupJobs/j`],
  ["Jobs_Get.aks-restore-completedwithwarnings", `${VAULT}/backupJobs/j`],
  ["Jobs_Get.aks-restore-failed", `${VAULT}/backupJobs/j`],
  ["RecoveryPoints_Get.aks", `${VAULT}/backupInstances/i/recoveryPoints/p`],
  ["BackupPolicies_Get.aks", `${VAULT}/backupPolicies/p`],
  ["BackupVaults_Get", VAULT],
  ["BackupInstances_Get.aks", `${VAULT}/backupInstances/i`],
  ["OperationStatusBackupVaultContext_Get.failed", `${VAULT}/operationStatus/o`],
] as const;

// biome-ignore lint/suspicious/noExplicitAny: the examples have every shape.
function example(name: string): any {
  const text = readFileSync(join(import.meta.dirname, "reference", `${name}.json`), "utf8");
  return JSON.parse(text).responses["200"].body;
}

describe("the comparison with the specification of backups", () => {
  it.each(EXAMPLES)("lets the example %s pass", (name, path) => {
    expect(() => checkBackupAnswer("GET", path, 200, example(name), name)).not.toThrow();
  });

  it("finds members of another type, those that are missing, and instants that are none", () => {
    const path = `${VAULT}/backupJobs/j`;
    const job = example("Jobs_Get.aks-restore-completed");
    const check = (properties: object) => () =>
      checkBackupAnswer("GET", path, 200, { ...job, properties }, "Jobs_Get.aks-restore-completed");
    expect(check({ ...job.properties, progressEnabled: "no" })).toThrow(/progressEnabled/);
    expect(check({ ...job.properties, startTime: "soon" })).toThrow(/startTime/);
    const { status: _, ...without } = job.properties;
    expect(check(without)).toThrow(/status/);
    const { errorDetails: __, ...shorter } = job.properties;
    expect(check(shorter)).toThrow(/errorDetails/);
  });

  it("looks into the types that a discriminator names", () => {
    const policy = example("BackupPolicies_Get.aks");
    const [rule] = policy.properties.policyRules;
    const properties = { ...policy.properties, policyRules: [{ ...rule, trigger: undefined }] };
    const check = () => checkBackupAnswer("GET", `${VAULT}/backupPolicies/p`, 200, { ...policy, properties });
    expect(check).toThrow(/trigger/);
  });

  it("knows the envelope of errors, and no status that is not specified", () => {
    const body = { error: { code: "C", message: "m" } };
    expect(() => checkBackupAnswer("GET", VAULT, 404, body)).not.toThrow();
    expect(() => checkBackupAnswer("GET", VAULT, 404, { error: "C" })).toThrow();
    expect(() => checkBackupAnswer("GET", VAULT, 202, undefined)).toThrow(/no such status/);
    expect(() => checkBackupAnswer("GET", `${VAULT}/colours`, 200, {})).toThrow(/no such operation/);
  });
});
