import { describe, expect, it } from "vitest";
import { terminal, transient } from "../errors.ts";
import { type BackupOperation, NO_PROGRESS } from "./backup-provider.ts";
import type { ContentsSeen, StepEnd } from "./long-step.ts";
import { restoreEnd, validationEnd, verificationEnd } from "./restore-outcome.ts";

const problem = (object: string, code: string) => ({ object, code, message: "no", remedy: "Look." });

function operation(status: BackupOperation["status"], problems = [problem("Deployment/shop/cart", "Warned")]) {
  return { status, progress: { ...NO_PROGRESS, problems } } as unknown as BackupOperation;
}

function ended<K extends "restore" | "validation" | "verification">(
  outcome: StepEnd["outcome"],
  seen: unknown,
  done = true,
): StepEnd<K> {
  const failure = outcome === "failed" ? terminal("OperationFailed", "it was not to be") : null;
  const state = seen === null ? null : { done, failure, retryAfterSeconds: 1, polls: 1, seen };
  return { outcome, reason: outcome === "succeeded" ? "" : "it was not to be", failure, state } as StepEnd<K>;
}

describe("a restore", () => {
  it.each<[string, StepEnd<"restore">, string, string[]]>([
    ["completed", ended("succeeded", operation("completed", [])), "done", []],
    ["in part", ended("succeeded", operation("partial")), "done", ["RestoreIncomplete"]],
    ["failed", ended("failed", operation("failed")), "failed", ["RestoreFailed"]],
    ["too long", ended("timed-out", operation("running"), false), "timed-out", ["RestoreTimedOut"]],
    ["never begun", ended("failed", null), "could-not", ["RestoreUnknown"]],
    ["not to be asked about", ended("failed", operation("running"), false), "could-not", ["RestoreUnknown"]],
    ["cancelled", ended("cancelled", operation("running"), false), "could-not", []],
  ])("that is %s", (_what, end, outcome, codes) => {
    const result = restoreEnd("prod-weu", end);
    expect([result.outcome, result.findings.map(({ code }) => code)]).toEqual([outcome, codes]);
    expect(result.findings.every(({ severity }) => severity === "blocker")).toBe(true);
  });

  it("names so many of the objects that it left out, and counts the rest", () => {
    const many = Array.from({ length: 25 }, (_, index) => problem(`ConfigMap/shop/${index}`, ""));
    const [finding] = restoreEnd("prod-weu", ended("succeeded", operation("partial", many))).findings;
    expect(finding?.message).toContain("25 objects");
    expect(finding?.evidence).toHaveLength(21);
    expect(finding?.evidence.at(-1)).toBe("and 5 more");
    expect(finding?.remedy).toBe("Look.");
  });
});

describe("a validation", () => {
  it.each<[string, StepEnd<"validation">, string]>([
    ["that is passed", ended("succeeded", operation("completed")), "done"],
    [
      "that blames the backup",
      ended("failed", operation("failed", [problem("", "UserErrorRecoveryPointBad")])),
      "failed",
    ],
    [
      "that misses a right",
      ended("failed", operation("failed", [problem("", "UserErrorMissingPermissions")])),
      "could-not",
    ],
    [
      "that misses the extension",
      ended("failed", operation("failed", [problem("", "UserErrorBackupExtensionNotFound")])),
      "could-not",
    ],
    [
      "whose service is not to be reached",
      { ...ended<"validation">("failed", null), failure: transient("Unreachable", "x") },
      "could-not",
    ],
    ["that does not end", ended("timed-out", operation("running"), false), "timed-out"],
  ])("%s", (_what, end, outcome) => {
    expect(validationEnd("prod-weu", end).outcome).toBe(outcome);
  });
});

describe("a verification", () => {
  const seen = (more: Partial<ContentsSeen> = {}): ContentsSeen => ({
    ...{ isKnown: true, findings: [], counts: [], pending: [] },
    ...more,
  });
  const pending = ["PersistentVolumeClaim/shop/data is Pending", "Deployment/shop/cart has 0 of 2 ready pods"];

  it.each<[string, StepEnd<"verification">, string, string[]]>([
    ["finds all of it", ended("succeeded", seen()), "done", []],
    ["waits in vain", ended("timed-out", seen({ pending }), false), "done", ["ClaimNotBound", "WorkloadNotReady"]],
    [
      "cannot know what should be there",
      ended("succeeded", seen({ isKnown: false })),
      "could-not",
      ["ExpectedContentsUnknown"],
    ],
    ["cannot look", ended("failed", null), "could-not", ["OperationFailed"]],
    ["cannot look any more", ended("failed", seen({ pending }), false), "could-not", ["OperationFailed"]],
    ["is cancelled", ended("cancelled", seen({ pending }), false), "could-not", []],
  ])("that %s", (_what, end, outcome, codes) => {
    const result = verificationEnd("prod-weu", end, 30);
    expect([result.outcome, result.findings.map(({ code }) => code)]).toEqual([outcome, codes]);
  });

  it("says what does not come up also where nothing is known to compare with", () => {
    const result = verificationEnd("prod-weu", ended("timed-out", seen({ isKnown: false, pending }), false), 30);
    expect(result.findings.map(({ evidence }) => evidence)).toEqual([["after 30 min"], ["after 30 min"]]);
  });
});
