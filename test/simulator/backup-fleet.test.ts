import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FLEET, startSimulator } from "./start-simulator.ts";

/** The sample fleet with other words for prod-weu's backup. */
function fleetWith(backup: string): string {
  const directory = mkdtempSync(join(tmpdir(), "fleet-"));
  cpSync(FLEET, directory, { recursive: true });
  const file = join(directory, "azure.yaml");
  const text = readFileSync(file, "utf8").replace(/ {4}backup:\n {6}vault: bv-prod-weu\n(?: {6}.*\n)*/, backup);
  writeFileSync(file, text);
  return directory;
}

async function inFleet<T>(backup: string, look: (simulator: Awaited<ReturnType<typeof startSimulator>>) => T) {
  const fleetDirectory = fleetWith(backup);
  const simulator = await startSimulator({ fleetDirectory });
  try {
    return look(simulator);
  } finally {
    await simulator.close();
    rmSync(fleetDirectory, { recursive: true });
  }
}

describe("backups in azure.yaml", () => {
  it("are made at the interval, and kept as long as it says, in the vault too", async () => {
    const backup =
      '    backup:\n      vault: bv-x\n      intervalHours: 6\n      startTime: "01:00"\n      retentionDays: 2\n      vaultTier: true\n';
    const points = await inFleet(backup, ({ azure }) => {
      const instance = azure.resources.values().find(({ id }) => id.includes("/bv-x/backupInstances/"));
      return azure.backups.pointsOf(instance?.id ?? "");
    });
    expect(points).toHaveLength(8);
    expect(new Date(points[0]?.atMs ?? 0).toISOString()).toBe("2026-11-20T07:00:00.000Z");
    expect(points[0]?.stores.map(({ type }) => type)).toEqual(["OperationalStore", "VaultStore"]);
  });

  it("are made by a Velero where the file asks for one", async () => {
    const velero = '    velero:\n      bucket: shared\n      schedule: "0 3 * * *"\n';
    const names = await inFleet(velero, ({ azure, clock }) => {
      const model = azure.kubernetes("prod-weu");
      clock.advance(86_400);
      const resource = model.resourceOfKind("velero.io/v1", "Backup");
      return (
        resource &&
        model
          .tableOf(resource)
          .list()
          .map(({ metadata }) => metadata.name)
      );
    });
    expect(names).toEqual(["daily-20261121030000"]);
  });
});
