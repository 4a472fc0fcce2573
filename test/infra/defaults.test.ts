import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../domain/settings.ts";
import { textOf } from "./bicep/bicep-file.ts";
import { parseBicep } from "./bicep/parse-bicep.ts";

const main = parseBicep(readFileSync(join(import.meta.dirname, "../../infra/main.bicep"), "utf8"));

describe("defaults in main.bicep", () => {
  const settings = parseSettings({});

  it.each([
    ["fleetConfig", settings.FLEET_CONFIG],
    ["dailySearchSchedule", settings.DAILY_SEARCH_SCHEDULE],
    ["janitorSchedule", settings.JANITOR_SCHEDULE],
  ])("%s: what the app does without the setting", (parameter, expected) => {
    const declaration = main.declarations.find(({ kind, name }) => kind === "param" && name === parameter);
    expect(textOf(declaration?.body)).toBe(expected);
  });

  it("have a sentence for every parameter that a person gives", () => {
    const given = main.declarations.filter(({ kind }) => kind === "param");
    const silent = given.filter(({ decorators }) => !decorators.some((one) => one.startsWith("@description(")));
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

describe("the environment of a deployment", () => {
  const read = (file: string) => readFileSync(join(import.meta.dirname, "../..", file), "utf8");
  const names = [...read("infra/main.bicepparam").matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(
    ([, name = ""]) => name,
  );

  it("is told in docs/deploy.md, but for what azd itself sets", () => {
    const told = [...read("docs/deploy.md").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    const wanted = new Set(names.filter((name) => !name.startsWith("AZURE_")));
    expect(new Set(told)).toEqual(wanted);
  });

  it("is given by the workflow that deploys, but for the webhook, which it must not know", () => {
    const workflow = read(".github/workflows/deploy.yml");
    for (const name of names) expect(workflow.includes(`${name}:`), name).toBe(name !== "TEAMS_WEBHOOK_URL");
  });
});
