import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { ArmSettings } from "../../adapters/azure/arm-client.ts";
import { findScratch, removeScratchGrant, removeScratchGroup } from "../../adapters/azure/scratch/scratch-janitor.ts";
import { planJanitor, runsIn } from "../../domain/restore/janitor-pass.ts";
import { type BackupHarness, startBackups } from "../simulator/backup-harness.ts";
import { fetchToken, SUBSCRIPTION } from "../simulator/start-simulator.ts";

const API = "api-version=2021-04-01";
const EXPIRED = "2026-01-01T00:00:00.000Z";
const LATER = "2030-01-01T00:00:00.000Z";
const DEAD = { life: "ended", endedMs: 0 } as const;
const STANDS = { dead: DEAD, alive: { life: "running", endedMs: null } } as const;

let simulator: BackupHarness;
afterEach(() => simulator.close());

function settingsOf({ url: endpoint, identityEndpoint, identityHeader }: BackupHarness): ArmSettings {
  const getToken = async () => ({ token: await fetchToken(identityEndpoint, identityHeader), expiresOnTimestamp: 0 });
  return { endpoint, credential: { getToken } };
}

const groupId = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;

async function groupsThere(): Promise<string[]> {
  const { body } = await simulator.arm("GET", `/subscriptions/${SUBSCRIPTION}/resourcegroups?${API}`);
  return body.value.map(({ name }: { name: string }) => name).sort();
}

/** A pass, as the janitor makes it. */
async function sweep(settings: ArmSettings): Promise<void> {
  const found = await findScratch(settings, [SUBSCRIPTION], () => null);
  const stands = Object.fromEntries(
    runsIn(found).map((run) => [run, STANDS[run as keyof typeof STANDS] ?? { life: "unknown", endedMs: null }]),
  );
  for (const { kind, id, run } of planJanitor(found, stands, simulator.world.nowMs).removals) {
    if (kind === "group") await removeScratchGroup(settings, id, run ?? "");
    else await removeScratchGrant(settings, id);
  }
  simulator.clock.advance(3_600);
}

const tags = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom("drydock-run", "drydock-purpose", "Drydock-Expires", "owner", "env"),
      fc.constantFrom("dead", "alive", "scratch", "staging", EXPIRED, LATER, "soon"),
    ),
    { selector: ([name]) => name.toLowerCase() },
  )
  .map((entries) => Object.fromEntries(entries));
const scratch = fc.record({
  "drydock-run": fc.constantFrom("dead", "alive", "other"),
  "drydock-purpose": fc.constant("scratch"),
  "drydock-expires": fc.constantFrom(EXPIRED, LATER),
});

describe("the janitor in Azure", () => {
  it("takes the scratch groups of dead runs and never anything else, whatever there is", async () => {
    simulator = await startBackups();
    const settings = settingsOf(simulator);
    let serial = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(tags, scratch), { maxLength: 8 }), async (all) => {
        const before = await groupsThere();
        const made = all.map((own, index) => ({ name: `rg-${serial}-${index}`, own }));
        serial += 1;
        for (const { name, own } of made) {
          const body = { location: "westeurope", tags: own };
          expect((await simulator.arm("PUT", `${groupId(name)}?${API}`, body)).status).toBe(201);
        }
        await sweep(settings);
        const isDead = (own: Record<string, string>) => {
          const lower = Object.fromEntries(Object.entries(own).map(([key, value]) => [key.toLowerCase(), value]));
          const isScratch = lower["drydock-purpose"] === "scratch" && lower["drydock-run"] === "dead";
          return isScratch && [EXPIRED, LATER].includes(lower["drydock-expires"] ?? "");
        };
        const staying = made.filter(({ own }) => !isDead(own)).map(({ name }) => name);
        expect(await groupsThere()).toEqual([...before, ...staying].sort());
      }),
      { numRuns: 25 },
    );
  });

  it("looks once more before it deletes: what has become another's meanwhile stays", async () => {
    simulator = await startBackups();
    const settings = settingsOf(simulator);
    const body = { location: "westeurope", tags: { "drydock-run": "alive", "drydock-purpose": "scratch" } };
    await simulator.arm("PUT", `${groupId("rg-x")}?${API}`, body);
    await expect(removeScratchGroup(settings, groupId("rg-x"), "dead")).rejects.toMatchObject({
      failure: { code: "Conflict", message: expect.stringContaining("not run dead's scratch any more") },
    });
    expect(await groupsThere()).toContain("rg-x");
    expect(await removeScratchGroup(settings, groupId("rg-gone"), "dead")).toBe(false);
  });

  it("takes back no role that no scratch cluster got", async () => {
    simulator = await startBackups();
    const settings = settingsOf(simulator);
    const path = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments`;
    const id = `${path}/12345678-1234-4234-8234-123456789012`;
    const role = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    const roleDefinitionId = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
    const properties = { principalId: role, principalType: "ServicePrincipal", roleDefinitionId, description: "ours" };
    expect((await simulator.arm("PUT", `${id}?api-version=2022-04-01`, { properties })).status).toBe(201);
    await expect(removeScratchGrant(settings, id)).rejects.toMatchObject({ failure: { code: "Conflict" } });
    expect((await simulator.arm("GET", `${id}?api-version=2022-04-01`)).status).toBe(200);
  });
});
