import { describe, expect, it } from "vitest";
import { REPOSITORY_RULES } from "../../domain/fleet-check/repository-rules.ts";
import { CLUSTER_RULES } from "../../domain/fleet-check/rules.ts";
import { check, kustomization, object, SOUND, told, yaml } from "./fleet.ts";
import { CLUSTER_CASES } from "./rule-cases.ts";

const attachedRegistries = ["own.azurecr.io"];
const codeOf = (finds: string) => finds.split(" ")[1] ?? "";

describe("a fleet check", () => {
  it("finds nothing in a repository with which nothing is wrong", () => {
    expect(told(check(SOUND))).toEqual([]);
  });

  it.each(CLUSTER_CASES)("tells $finds, and not where it is mended", ({ finds, planted, mended }) => {
    expect(told(check({ ...SOUND, ...planted }, { attachedRegistries }))).toContain(finds);
    const others = told(check({ ...SOUND, ...mended }, { attachedRegistries }));
    expect(
      others.filter((line) => codeOf(line) === codeOf(finds) && line.startsWith(finds.split(" ")[0] ?? "")),
    ).toEqual([]);
  });

  it("has a case for every rule", () => {
    const tested = new Set(CLUSTER_CASES.map(({ finds }) => codeOf(finds)));
    expect(CLUSTER_RULES.map(({ code }) => code).filter((code) => !tested.has(code))).toEqual([]);
    expect(REPOSITORY_RULES.map(({ code }) => code)).toEqual(["SharedSopsKey", "NotReached"]);
  });

  it("is never graver than the rule says", () => {
    const order = ["info", "warning", "blocker"];
    const most = new Map(CLUSTER_RULES.map(({ code, severity }) => [code, order.indexOf(severity)]));
    for (const { finds } of CLUSTER_CASES) {
      expect(order.indexOf(finds.split(" ")[0] ?? "")).toBeLessThanOrEqual(most.get(codeOf(finds)) ?? -1);
    }
  });
});

describe("of the repository as a whole, a fleet check", () => {
  const encryptedFor = (key: string) =>
    yaml({
      ...object("v1", "Secret", "shop/t"),
      stringData: { a: "ENC[x]" },
      sops: { age: [{ recipient: key }], mac: "ENC[x]" },
    });

  it("tells of one SOPS key for two environments", () => {
    const files = { "secrets/dev/t.yaml": encryptedFor("age1same"), "secrets/prod/t.yaml": encryptedFor("age1same") };
    expect(told(check({ ...SOUND, ...files }))).toContain("warning SharedSopsKey secrets/dev/t.yaml:10");
    const apart = { ...files, "secrets/prod/t.yaml": encryptedFor("age1other") };
    expect(told(check({ ...SOUND, ...apart }))).toEqual([]);
  });

  it("reads the same from .sops.yaml before anything is encrypted", () => {
    const rules = (one: string, other: string) =>
      `creation_rules:\n  - path_regex: apps/staging/.*\n    age: ${one}\n  - path_regex: apps/production/.*\n    age: ${other}\n`;
    expect(told(check({ ...SOUND, ".sops.yaml": rules("age1a", "age1a") }))).toEqual([
      "warning SharedSopsKey .sops.yaml:2",
    ]);
    expect(told(check({ ...SOUND, ".sops.yaml": rules("age1a", "age1b") }))).toEqual([]);
  });

  it("tells of Kustomizations that no cluster applies, unless one cluster alone was asked for", () => {
    const files = { ...SOUND, "old/monitoring.yaml": kustomization("monitoring", { path: "./monitoring" }) };
    expect(told(check(files))).toEqual(["info NotReached old/monitoring.yaml:2"]);
    expect(told(check(files, { cluster: "prod" }))).toEqual([]);
  });
});
