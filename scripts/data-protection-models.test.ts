import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MODELS, renderModels, SPECIFICATION } from "./data-protection-models.ts";

describe("the models of Microsoft.DataProtection", () => {
  it("are what the script makes of the specification", () => {
    expect(readFileSync(MODELS, "utf8")).toBe(renderModels(readFileSync(SPECIFICATION, "utf8")));
  });

  it("are not made of a specification that lacks a member", () => {
    const without = readFileSync(SPECIFICATION, "utf8").replaceAll('"recoveryPointTime"', '"pointTime"');
    expect(() => renderModels(without)).toThrow(/no member recoveryPointTime of AzureBackupDiscreteRecoveryPoint/);
  });
});
