import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseFleetConfig } from "../../domain/fleet-config.ts";
import { clusterList } from "./cluster-list.ts";
import { eventsDeployment } from "./events-deployment.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

describe("the list of clusters", () => {
  it("names every cluster of fleet.yaml with its region", () => {
    const parsed = parseFleetConfig(read("fleet.yaml"));
    if ("mistakes" in parsed) throw new Error("fleet.yaml is wrong");
    const clusters = clusterList(parsed.config, (id) => (id.endsWith("neu") ? "northeurope" : "westeurope"));
    expect(clusters.map(({ id, location }) => `${id.split("/").at(-1)} ${location}`)).toEqual([
      "dev-weu westeurope",
      "staging-weu westeurope",
      "prod-weu westeurope",
      "prod-neu northeurope",
    ]);
  });
});

describe("the deployment of events", () => {
  const ENVIRONMENT = {
    AZURE_ENV_NAME: "dev",
    AZURE_LOCATION: "westeurope",
    AZURE_FUNCTION_ID: "/f",
    DRYDOCK_STORAGE_ID: "/s",
    DRYDOCK_ACTION_GROUP_ID: "/a",
  };

  it("gives every parameter of events.bicep from outputs of main.bicep", () => {
    const args = eventsDeployment(ENVIRONMENT);
    const given = args.slice(args.indexOf("--parameters") + 1).map((parameter) => parameter.split("=")[0]);
    const wanted = [...read("infra/events.bicep").matchAll(/^param (\w+)/gm)].map(([, name]) => name);
    expect(given.toSorted()).toEqual(wanted.toSorted());
    const outputs = [...read("infra/main.bicep").matchAll(/^output (\w+)/gm)].map(([, name]) => name);
    expect(Object.keys(ENVIRONMENT).filter((name) => name !== "AZURE_ENV_NAME")).toEqual(
      expect.arrayContaining(outputs.filter((name) => name && name in ENVIRONMENT)),
    );
    for (const name of Object.keys(ENVIRONMENT)) expect([...outputs, "AZURE_ENV_NAME"]).toContain(name);
  });

  it("says what is missing", () => {
    expect(() => eventsDeployment({ ...ENVIRONMENT, AZURE_FUNCTION_ID: "" })).toThrow(
      "AZURE_FUNCTION_ID: not in the environment",
    );
  });
});

describe("azure.yaml", () => {
  const azure = parse(read("azure.yaml"));
  const { scripts } = JSON.parse(read("package.json"));

  it("deploys the folder that npm run package makes", () => {
    expect(azure.services.app).toMatchObject({ project: ".", host: "function", dist: "dist/package" });
    expect(scripts.package).toBe("node scripts/infra-package.ts");
  });

  it("calls scripts of package.json alone, the same on every system", () => {
    for (const [name, hook] of Object.entries<Record<string, { run: string }>>(azure.hooks)) {
      expect(hook.posix?.run, name).toBe(hook.windows?.run);
      expect(scripts, name).toHaveProperty([hook.posix?.run.split(" ").at(-1) ?? ""]);
    }
  });
});
