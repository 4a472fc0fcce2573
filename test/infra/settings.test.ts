import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSettings, settingsSchema } from "../../domain/settings.ts";
import { type BicepMember, memberAt } from "./bicep/bicep-file.ts";
import { parseBicep } from "./bicep/parse-bicep.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** What the platform sets by itself. */
const OF_THE_PLATFORM = ["IDENTITY_ENDPOINT", "WEBSITE_HOSTNAME", "WEBSITE_AUTH_ENABLED"];
/** What Flex Consumption does not bear: learn.microsoft.com/azure/azure-functions/functions-app-settings, WEBSITE_TIME_ZONE. */
const NOT_ON_FLEX = ["WEBSITE_TIME_ZONE"];
/** What the Functions host and its extensions read, and not the app. */
const OF_THE_HOST = [
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__credential",
  "AzureWebJobsStorage__clientId",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
  "TASKHUB_NAME",
];
const OF_A_LOCAL_HOST = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"];
/** Who one is on one's own machine is not a setting: az knows it. */
const NOT_LOCAL = ["AZURE_CLIENT_ID"];

const readByApp = Object.keys(settingsSchema.shape);

function bicepSettings(): readonly BicepMember[] {
  const app = parseBicep(read("infra/modules/app.bicep"));
  const properties = memberAt(app.declarations.find(({ name }) => name === "settings")?.body, "properties");
  const given =
    properties?.kind === "call" ? properties.args.flatMap((arg) => (arg.kind === "object" ? arg.members : [])) : [];
  const durable = parseBicep(read("infra/modules/durable-task.bicep"));
  const output = durable.declarations.find(({ kind, name }) => kind === "output" && name === "settings")?.body;
  return [...given, ...(output?.kind === "object" ? output.members : [])];
}

describe("settings", () => {
  it("that the app reads are given by Bicep, and Bicep gives no others", () => {
    const wanted = readByApp.filter((name) => ![...OF_THE_PLATFORM, ...NOT_ON_FLEX].includes(name));
    const given = bicepSettings().map(({ name }) => name);
    expect(given.toSorted()).toEqual([...wanted, ...OF_THE_HOST].toSorted());
  });

  it("that Bicep gives as text are such as the app takes", () => {
    for (const { name, value } of bicepSettings()) {
      if (!readByApp.includes(name)) continue;
      for (const option of value.kind === "choice" ? value.options : [value]) {
        if (option.kind === "text") expect(() => parseSettings({ [name]: option.text }), name).not.toThrow();
      }
    }
  });

  it("that the app reads are in local.settings.sample.json, and no others, and the app takes them", () => {
    const { Values: values } = JSON.parse(read("local.settings.sample.json"));
    const wanted = readByApp.filter((name) => ![...OF_THE_PLATFORM, ...NOT_LOCAL].includes(name));
    expect(Object.keys(values).toSorted()).toEqual([...wanted, ...OF_A_LOCAL_HOST].toSorted());
    expect(() => parseSettings(values)).not.toThrow();
  });

  it("are read in one place: no other code of the app looks into the environment", () => {
    const folders = "{domain,orchestrations,activities,functions,adapters}";
    const readers = globSync(`${folders}/**/*.ts`, { cwd: ROOT }).filter(
      (file) => !file.endsWith(".test.ts") && /\bprocess\.env\b/.test(read(file)),
    );
    expect(readers).toEqual(["functions/main.ts"]);
  });
});
