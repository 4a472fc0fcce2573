import { afterEach, describe, expect, it } from "vitest";
import type { ArmSettings } from "../../adapters/azure/arm-client.ts";
import { beginScratchStep, listScratchGroups, pollScratchStep } from "../../adapters/azure/scratch/scratch.ts";
import { assignmentName, scratchNames } from "../../adapters/azure/scratch/scratch-names.ts";
import { openAzureBackup } from "../../adapters/backup/data-protection/azure-backup.ts";
import { readBackupSurroundings } from "../../adapters/backup/data-protection/backup-surroundings.ts";
import type { OperationState } from "../../domain/long-operation.ts";
import type { RestoreRequest } from "../../domain/restore/backup-provider.ts";
import {
  type ScratchSpec,
  type ScratchStep,
  scratchRoles,
  scratchStepsOf,
  TEAR_DOWN_STEPS,
} from "../../domain/restore/scratch.ts";
import { type BackupHarness, clusterId, instanceId, startBackups } from "../simulator/backup-harness.ts";
import { fetchToken, SUBSCRIPTION } from "../simulator/start-simulator.ts";

let simulator: BackupHarness;

afterEach(() => simulator.close());

async function begin(scenario: unknown = {}) {
  simulator = await startBackups(scenario);
  const { url: endpoint, identityEndpoint, identityHeader } = simulator;
  const getToken = async () => ({ token: await fetchToken(identityEndpoint, identityHeader), expiresOnTimestamp: 0 });
  const settings: ArmSettings = { endpoint, credential: { getToken } };
  const spec: ScratchSpec = {
    ...{ runId: "restore-1", slot: 0, subscriptionId: SUBSCRIPTION, region: "westeurope", kubernetesVersion: "1.33.5" },
    ...{
      vmSize: "Standard_D4s_v5",
      nodeCount: 2,
      nodeLabels: {},
      expiresAt: "2026-11-21T08:00:00.000Z",
      staging: null,
    },
    backupStorage: {
      storageAccountId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-prod-weu/providers/Microsoft.Storage/storageAccounts/stbackup`,
      container: "backups",
    },
    surroundings: await readBackupSurroundings(settings, await instanceId(simulator)),
  };
  return { settings, spec };
}

/** Does a step to its end; begun twice, as an activity may be. */
async function done(settings: ArmSettings, spec: ScratchSpec, step: ScratchStep): Promise<OperationState> {
  await beginScratchStep(settings, spec, step);
  let state = await beginScratchStep(settings, spec, step);
  while (!state.done) {
    if (state.polls > 200) throw new Error(`${step} does not end`);
    simulator.clock.advance(state.retryAfterSeconds);
    state = await pollScratchStep(settings, spec, { step, state: JSON.parse(JSON.stringify(state)) });
  }
  return state;
}

async function all(settings: ArmSettings, spec: ScratchSpec, steps: readonly ScratchStep[]) {
  for (const step of steps) expect([step, (await done(settings, spec, step)).failure]).toEqual([step, null]);
}

async function assignments(): Promise<string[]> {
  const path = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments`;
  const { body } = await simulator.arm("GET", `${path}?api-version=2022-04-01`);
  return body.value.map(({ properties }: { properties: { description: string } }) => properties.description);
}

describe("a scratch cluster", () => {
  it("is made with all that a restore into it needs, and nothing of it is left", async () => {
    const { settings, spec } = await begin();
    const before = await assignments();
    await all(settings, spec, scratchStepsOf(spec));
    const { clusterId: targetClusterId } = scratchNames(spec);
    const { body } = await simulator.arm("GET", targetClusterId);
    expect(body.tags).toEqual({
      "drydock-run": "restore-1",
      "drydock-expires": spec.expiresAt,
      "drydock-purpose": "scratch",
    });
    expect(body.properties.agentPoolProfiles).toMatchObject([{ name: "scratch", count: 2, mode: "System" }]);
    expect((await assignments()).length).toBe(before.length + 4);
    const provider = await openAzureBackup(settings);
    const [instance] = await provider.instances(clusterId("prod-weu"));
    const [point] = instance ? await provider.points(instance) : [];
    const request = {
      ...{ runId: spec.runId, instance, pointId: point?.id, tier: "operational", targetClusterId, staging: null },
      ...{ targetLocation: "westeurope", askedAt: "2026-11-20T08:00:00Z" },
      scope: {
        ...{ includedNamespaces: ["shop"], excludedNamespaces: [], includedResources: [], excludedResources: [] },
        ...{ labelSelectors: [], namespaceMappings: {}, clusterResources: false, volumeData: true, conflicts: "skip" },
        ...{ hooks: [], modifier: null },
      },
    } as unknown as RestoreRequest;
    const validation = await provider.beginValidation(request);
    simulator.clock.advance(60);
    expect((await provider.poll(validation)).status).toBe("completed");
    await all(settings, spec, TEAR_DOWN_STEPS);
    expect(await assignments()).toEqual(before);
    expect((await simulator.arm("GET", scratchNames(spec).groupId)).status).toBe(404);
    expect(await listScratchGroups(settings, SUBSCRIPTION)).toEqual([]);
  });

  it("is torn down from wherever its making stopped, and once more", async () => {
    const { settings, spec } = await begin();
    await all(settings, spec, ["group"]);
    await beginScratchStep(settings, spec, "cluster");
    expect((await listScratchGroups(settings, SUBSCRIPTION)).map(({ id }) => id)).toEqual([scratchNames(spec).groupId]);
    simulator.clock.advance(3_600);
    await all(settings, spec, [...TEAR_DOWN_STEPS, ...TEAR_DOWN_STEPS]);
    expect((await simulator.arm("GET", scratchNames(spec).groupId)).status).toBe(404);
  });

  it("never touches what is another's, neither to use nor to delete it", async () => {
    const { settings, spec } = await begin();
    const { groupId } = scratchNames(spec);
    await simulator.arm("PUT", `${groupId}?api-version=2021-04-01`, { location: "westeurope", tags: { owner: "me" } });
    for (const step of ["group", "removeGroup"] as const) {
      await expect(beginScratchStep(settings, spec, step)).rejects.toMatchObject({
        failure: { code: "Conflict", class: "terminal", message: expect.stringContaining("belongs to nobody's run") },
      });
    }
    expect((await simulator.arm("GET", groupId)).status).toBe(200);
    expect(await listScratchGroups(settings, SUBSCRIPTION)).toEqual([]);
  });

  it("that no quota is left for is refused at once, and said to be so", async () => {
    const { settings, spec } = await begin({ quotas: [{ family: "cores", location: "westeurope", limit: 1 }] });
    await all(settings, spec, ["group"]);
    await expect(beginScratchStep(settings, spec, "cluster")).rejects.toMatchObject({
      failure: { class: "terminal", code: "QuotaExceeded", message: expect.stringContaining("could not make cluster") },
    });
  });

  it.each([
    ["AllocationFailed", "QuotaExceeded"],
    ["InternalError", "OperationFailed"],
  ])("that fails late with %s says why, as %s, and is torn down", async (code, expected) => {
    const fail = { code, message: "it was not to be", afterSeconds: 120 };
    const { settings, spec } = await begin({ operations: [{ match: { cluster: "drydock-.*" }, fail }] });
    await all(settings, spec, ["group"]);
    expect((await done(settings, spec, "cluster")).failure).toMatchObject({
      code: expected,
      message: `cluster ${scratchNames(spec).cluster} could not be made: ${code}: it was not to be`,
    });
    await all(settings, spec, TEAR_DOWN_STEPS);
    expect(await listScratchGroups(settings, SUBSCRIPTION)).toEqual([]);
  });
});

describe("the names of a scratch cluster", () => {
  it("are the same for the same run and slot, and others for others", async () => {
    const { spec } = await begin();
    expect(scratchNames(spec)).toEqual(scratchNames({ ...spec }));
    expect(scratchNames({ ...spec, slot: 1 }).group).not.toBe(scratchNames(spec).group);
    expect(scratchNames({ ...spec, runId: "restore-2" }).group).not.toBe(scratchNames(spec).group);
    const staging = { resourceGroupId: "/g", storageAccountId: "/s", isOwn: false };
    const grants = scratchRoles({ ...spec, staging }, "/c", { cluster: "p", extension: "q" });
    const names = grants.map((grant) => assignmentName(spec.runId, grant));
    expect(new Set(names).size).toBe(7);
    expect(names.every((name) => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(name))).toBe(
      true,
    );
  });
});
