import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { drainCommand } from "../../cli/drain/drain-flags.ts";
import { fleetCheckCommand } from "../../cli/fleet/fleet-flags.ts";
import { createProgram } from "../../cli/program.ts";
import { startCommand } from "../../cli/start/start-flags.ts";
import { REPOSITORY_RULES } from "../../domain/fleet-check/repository-rules.ts";
import { CLUSTER_RULES } from "../../domain/fleet-check/rules.ts";
import { fleetConfigSchema, parseFleetConfig } from "../../domain/fleet-config.ts";
import { PREFLIGHT_RULES } from "../../domain/preflight/preflight.ts";
import { settingsSchema } from "../../domain/settings.ts";
import { fleetSchema } from "../../scripts/fleet-schema.ts";
import { eventsSectionSchema } from "../../simulator/eventgrid/event-faults.ts";
import { RANDOM_KINDS, scenarioSchema } from "../../simulator/faults/scenario.ts";
import { modelSettingsSchema } from "../../simulator/settings.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Every member of a schema that holds a value or a list, by its path, with its default. */
function membersOf(schema: JsonSchema, path: string): Array<[string, unknown]> {
  const inner = schema.anyOf?.find(({ type }) => type !== "null") ?? schema;
  const own: [string, unknown] = [inner.items ? `${path}[]` : path, schema.default];
  if (inner.items) return [own, ...membersOf(inner.items, `${path}[]`).filter(([item]) => item !== `${path}[]`)];
  if (!inner.properties) return [own];
  const members = Object.entries(inner.properties).flatMap(([name, member]) =>
    membersOf(member, path === "" ? name : `${path}.${name}`),
  );
  return schema.default === null ? [own, ...members] : members;
}

/** Whether a schema says what the member at a path means. */
function describes(schema: JsonSchema, path: string): boolean {
  let found: JsonSchema | undefined = schema;
  for (const [index, part] of path.split(".").entries()) {
    if (index > 0) found = insideOf(found);
    found = found?.properties?.[part.replace("[]", "")];
  }
  return found?.description !== undefined;
}

/** What holds the members: the item of a list, the object beside null. */
function insideOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  const inner = schema?.anyOf?.find(({ type }) => type !== "null") ?? schema;
  return inner?.items ? insideOf(inner.items) : inner;
}

/** First and second cell of each row of a file's tables, without code marks. */
function rowsOf(file: string): Map<string, string> {
  const rows = read(file).matchAll(/^\| `([^`]+)` *\|([^|]*)\|/gm);
  return new Map([...rows].map(([, first = "", second = ""]) => [first, second.trim().replaceAll("`", "")]));
}

describe("the documents", () => {
  it("name every member of fleet.yaml, with its default, and no other", () => {
    const rows = rowsOf("docs/fleet-yaml.md");
    const members = membersOf(
      z.toJSONSchema(fleetConfigSchema, { io: "input", unrepresentable: "any" }) as JsonSchema,
      "",
    );
    const expected = members.map(([path, value]) => [path, value === undefined ? "" : defaultText(value)]);
    expect([...rows].sort()).toEqual(expected.sort());
  });

  it("are what fleet.schema.json says of each member; npm run schema writes it", () => {
    const schema = fleetSchema(read("docs/fleet-yaml.md"));
    expect(JSON.parse(read("fleet.schema.json"))).toEqual(schema);
    const undescribed = membersOf(schema, "").filter(([path]) => path !== "" && !describes(schema, path));
    expect(undescribed).toEqual([]);
  });

  it("show a fleet.yaml that is right", () => {
    const sample = /^```yaml\n(.*?)^```/ms.exec(read("docs/fleet-yaml.md"))?.[1] ?? "";
    expect(parseFleetConfig(sample)).toHaveProperty("config");
  });

  it("name every setting of the simulator, with its default, and no other", () => {
    const defaults = Object.entries(modelSettingsSchema.parse({})).map(([name, value]) => [name, String(value)]);
    const rows = [...rowsOf("docs/scenarios.md")].filter(([name]) => !/[.[]/.test(name));
    expect(rows.sort()).toEqual(defaults.sort());
  });

  it("name every member of a scenario's faults, with its default, and no other", () => {
    const { settings: _, events: __, ...faults } = scenarioSchema.shape;
    const schema = z.toJSONSchema(z.object(faults), { io: "input", unrepresentable: "any" }) as JsonSchema;
    const members = membersOf(schema, "").filter(([, value]) => !Array.isArray(value));
    const rows = [...rowsOf("docs/scenarios.md")].filter(([name]) => /[.[]/.test(name) && !name.startsWith("events"));
    const expected = members.map(([path, value]) => [path, value === undefined ? "" : defaultText(value)]);
    const kinds = ["randomFaults.kinds[]", ""];
    expect(rows.sort()).toEqual([...expected, kinds].sort());
    for (const kind of RANDOM_KINDS) expect(read("docs/scenarios.md")).toContain(`\`${kind}\``);
  });

  it("name every member of a scenario's events, with its default, and no other", () => {
    const schema = z.toJSONSchema(eventsSectionSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
    const lists = ["events.subscriptions[]", "events.faults[]"];
    const members = membersOf(schema, "events").filter(
      ([path]) => !["events", ...lists, "events.faults[].match"].includes(path),
    );
    const expected = members.map(([path, value]) => [path, value === undefined ? "" : defaultText(value)]);
    const rows = [...rowsOf("docs/scenarios.md")].filter(([name]) => name.startsWith("events."));
    expect(rows.sort()).toEqual(expected.sort());
  });

  it("name every setting of the app", () => {
    const table = read("docs/architecture.md");
    for (const name of Object.keys(settingsSchema.shape)) expect(table).toContain(`\`${name}\``);
  });

  it("name every route of the API, and no other", () => {
    const registered = globSync("functions/http/*.ts", { cwd: ROOT }).flatMap((file) => {
      const routes = read(file).matchAll(/method: "(\w+)",\s+route: "([^"]+)"/g);
      return [...routes].map(([, method, route]) => `${method} ${route}`);
    });
    const told = [...rowsOf("docs/api.md").keys()].filter((row) => /^(GET|POST) /.test(row));
    expect(told.map((row) => row.replace(/\?.*/, "")).sort()).toEqual(
      [...registered, "GET health", "GET openapi.json"].sort(),
    );
  });

  it("name every rule of the preflight in its order, with what it makes sure of and what to do, and no other", () => {
    const cells = (line: string) => line.split("|").map((cell) => cell.trim());
    const rows = read("docs/preflight.md").split("\n").map(cells);
    const told = rows.filter(([, code = ""]) => /^`([A-Z][a-z]+)+`$/.test(code)).map((row) => row.slice(1, 5));
    const rules = PREFLIGHT_RULES.map(({ code, severity, sentence, remedy }) => [
      `\`${code}\``,
      severity,
      sentence,
      remedy,
    ]);
    expect(told).toEqual(rules);
  });

  it("name every command, and every flag and exit code of those that ask the app, and no other", () => {
    const place = { out: process.stdout, err: process.stderr, environment: {} };
    const { commands } = createProgram(ROOT, place, () => {});
    const rows = [...rowsOf("docs/cli.md").keys()];
    const cells = read("docs/cli.md")
      .split("\n")
      .filter((line) => line.startsWith("| `drydock "));
    const told = cells.flatMap((line) =>
      [...(line.split("|")[1] ?? "").matchAll(/`drydock (\w+)/g)].map(([, name]) => name),
    );
    expect(told.sort()).toEqual(commands.map((command) => command.name()).sort());
    const apart = ["start", "simulate", "drain", "preflight"];
    const own = commands.filter((command) => !apart.includes(command.name()));
    const flags = new Set(own.flatMap(({ options }) => options.map(({ long }) => long)));
    const toldFlags = rows.flatMap((row) => /--[a-z-]+/.exec(row) ?? []);
    expect(toldFlags.sort()).toEqual([...flags].sort());
    for (const command of own) {
      let help = "";
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect.soft(help, `help of ${command.name()}`).toMatch(/Exit codes: 0 /);
    }
  });

  it("name every rule of the fleet check in its order, with what it makes sure of and what to do, and no other", () => {
    const cells = (line: string) => line.split("|").map((cell) => cell.trim());
    const rows = read("docs/fleet-check.md").split("\n").map(cells);
    const told = rows.filter(([, code = ""]) => /^`([A-Z][a-z]+)+`$/.test(code)).map((row) => row.slice(1, 5));
    const rules = [...CLUSTER_RULES, ...REPOSITORY_RULES].map(({ code, severity, sentence, remedy }) => [
      `\`${code}\``,
      severity,
      sentence,
      remedy,
    ]);
    expect(told).toEqual(rules);
  });

  it("name every flag of drydock fleet check, and no other", () => {
    const flags = fleetCheckCommand(async () => {}).options.map(({ long }) => long);
    const told = [...rowsOf("docs/fleet-check.md").keys()].filter((row) => row.startsWith("--"));
    expect(told.sort()).toEqual(flags.sort());
  });

  it("name every flag of drydock start", () => {
    const flags = startCommand(ROOT, async () => {}).options.filter(({ hidden }) => !hidden);
    const readme = read("README.md");
    for (const { long } of flags) expect(readme).toContain(`${long}`);
  });

  it("name every flag of drydock drain, and no other", () => {
    const flags = drainCommand(async () => {}).options.map(({ long }) => long);
    const told = [...rowsOf("docs/drain.md").keys()].filter((row) => row.startsWith("--"));
    expect(told.sort()).toEqual(flags.sort());
  });

  it("link to what is there", () => {
    const files = globSync(["*.md", "docs/**/*.md", "fleet/**/*.md"], { cwd: ROOT });
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      for (const [, target = ""] of read(file).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (/^https?:/.test(target)) continue;
        expect.soft(existsSync(join(ROOT, dirname(file), target)), `${file} links to ${target}`).toBe(true);
      }
    }
  });

  it("show what upgrades do when something goes wrong by tests that are there", () => {
    const named = [...read("docs/upgrades.md").matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, file = ""]) => file);
    expect(named.length).toBeGreaterThan(20);
    for (const file of new Set(named)) expect.soft(existsSync(join(ROOT, file)), file).toBe(true);
  });

  it("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const file of ["README.md", "CONTRIBUTING.md", "docs/benchmarks.md"]) {
      for (const [, name = ""] of read(file).matchAll(/`npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty(name);
    }
  });
});

function defaultText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
