import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BackupInstance, RecoveryPoint } from "./backup-provider.ts";
import { type ChoiceInput, choosePoint, parsePointChoice, spread } from "./choose-point.ts";

const NOW = Date.parse("2026-11-20T08:00:00Z");

const instance: BackupInstance = {
  provider: "azure-backup",
  id: "/i",
  name: "prod-weu",
  clusterId: "/c",
  location: "westeurope",
  protection: "protected",
  protectionDetail: "ProtectionConfigured",
  lastBackup: null,
  includedNamespaces: [],
  excludedNamespaces: [],
  hasVolumeData: true,
};

const point = (id: string, takenAt: string, more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  ...{ id, takenAt, expiresAt: null, isComplete: true, tiers: ["operational"] },
  ...more,
});

const POINTS = [
  point("b", "2026-11-19T02:00:00.000Z"),
  point("c", "2026-11-20T02:00:00.000Z"),
  point("a", "2026-11-18T02:00:00.000Z"),
];

const input = (more: Partial<ChoiceInput> = {}): ChoiceInput => ({
  ...{ cluster: "prod-weu", instance, points: POINTS, choice: { kind: "latest" }, tiers: ["operational"] },
  ...{ seed: "run-1", nowMs: NOW, rpoHours: 24 },
  ...more,
});
const codes = (more: Partial<ChoiceInput>) => choosePoint(input(more)).findings.map(({ code }) => code);

describe("the choice of a recovery point", () => {
  it.each([
    ["latest", "c"],
    ["oldest", "a"],
    ["2026-11-19", "b"],
    ["2026-11-20T01:59:59Z", "b"],
    ["2026-11-20T03:00:00+01:00", "c"],
    ["b", "b"],
    ["2026-11-17", undefined],
    ["x", undefined],
  ])("takes for %s point %s", (text, expected) => {
    expect(choosePoint(input({ choice: parsePointChoice(text) })).point?.id).toBe(expected);
  });

  it("takes a random point by the run's seed: the same for the same, each for some", () => {
    const chosen = (seed: string) => choosePoint(input({ choice: { kind: "random" }, seed })).point?.id;
    const seeds = Array.from({ length: 60 }, (_, index) => `run-${index}`);
    expect(new Set(seeds.map(chosen))).toEqual(new Set(["a", "b", "c"]));
    expect(seeds.map(chosen)).toEqual(seeds.map(chosen));
  });

  it("restores from the first of the plan's tiers that holds a copy", () => {
    const points = [point("v", "2026-11-20T02:00:00.000Z", { tiers: ["operational", "vault"] })];
    expect(choosePoint(input({ points, tiers: ["vault", "operational"] })).tier).toBe("vault");
    expect(choosePoint(input({ tiers: ["vault", "operational"] })).tier).toBe("operational");
  });

  it("is a blocker without any, and says how many others there are", () => {
    const points = [
      point("old", "2026-11-01T02:00:00.000Z", { expiresAt: "2026-11-08T02:00:00.000Z" }),
      point("far", "2026-11-19T02:00:00.000Z", { tiers: ["vault"] }),
    ];
    const { point: chosen, findings } = choosePoint(input({ points }));
    expect(chosen).toBeNull();
    expect(findings).toMatchObject([
      {
        code: "RecoveryPointMissing",
        severity: "blocker",
        evidence: ["0 recovery points can be restored (2 with those of other tiers or out of date)"],
      },
    ]);
  });

  it("names all that is wrong with the backups at once", () => {
    const broken: BackupInstance = {
      ...instance,
      protection: "error",
      lastBackup: { status: "failed", startedAt: "2026-11-20T02:00:00.000Z", message: "no bucket" },
    };
    const points = [point("p", "2026-11-18T02:00:00.000Z", { isComplete: false })];
    expect(codes({ instance: broken, points })).toEqual([
      "ProtectionError",
      "LastBackupFailed",
      "RecoveryPointPartial",
      "RecoveryPointTooOld",
    ]);
    expect(codes({ instance: { ...instance, protection: "stopped" } })).toEqual(["ProtectionStopped"]);
  });

  it("finds nothing wrong at the objective's age, and without an objective", () => {
    const at = (hours: number) => [point("p", new Date(NOW - hours * 3_600_000).toISOString())];
    expect(codes({ points: at(24) })).toEqual([]);
    expect(codes({ points: at(24.001) })).toEqual(["RecoveryPointTooOld"]);
    expect(codes({ points: at(900), rpoHours: null })).toEqual([]);
  });

  it("judges the objective by the newest point, whichever is restored", () => {
    expect(codes({ choice: { kind: "oldest" } })).toEqual([]);
  });

  it("never takes what has expired, and spreads within its bounds", () => {
    const anyPoint = fc.record({ day: fc.integer({ min: 1, max: 19 }), expired: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyPoint), fc.string(), (days, seed) => {
        const points = days.map(({ day, expired }, index) =>
          point(`p${index}`, `2026-11-${String(day).padStart(2, "0")}T00:00:00.000Z`, {
            expiresAt: expired ? "2026-11-19T00:00:00.000Z" : "2026-12-19T00:00:00.000Z",
          }),
        );
        const chosen = choosePoint(input({ points, choice: { kind: "random" }, seed })).point;
        expect(chosen === null).toBe(days.every(({ expired }) => expired));
        expect(chosen?.expiresAt).not.toBe("2026-11-19T00:00:00.000Z");
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1_000 }), (seed, count) => {
        const found = spread(seed, count);
        expect(Number.isInteger(found) && found >= 0 && found < count).toBe(true);
      }),
    );
  });
});
