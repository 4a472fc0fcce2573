import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_RULES } from "../../domain/fleet-check/rules.ts";
import { pod, SOUND, yaml } from "../fleet-check/fleet.ts";

const ROOT = join(import.meta.dirname, "../..");
const COMMAND = join(ROOT, "dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "drydock-fleet-check-"));
const sound = join(folder, "sound");
const broken = join(folder, "broken");

function write(directory: string, files: Readonly<Record<string, string | undefined>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text ?? "");
  }
}

function fleetCheck(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, NO_COLOR: "1", ...environment };
  return spawnSync(process.execPath, [COMMAND, "fleet", "check", ...args], { encoding: "utf8", env });
}

beforeAll(() => {
  if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is missing: run "npm run build" first ("npm test" does).`);
  write(sound, SOUND);
  write(broken, { ...SOUND, "apps/more.yaml": yaml(pod("pay/pay", { serviceAccountName: "till" })) });
  // A repository whose only finding is a warning.
  write(join(folder, "warned"), {
    ...SOUND,
    "apps/kustomization.yaml": "resources:\n  - shop.yaml\n  - https://example.com/a.yaml\n",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("drydock fleet check", () => {
  it.each([
    ["a sound repository", ["sound"], 0],
    ["a blocker", ["broken"], 1],
    ["a warning", ["warned"], 0],
    ["a warning, where warnings fail", ["warned", "--fail-on", "warning"], 1],
    ["a folder that is not there", ["gone"], 2],
    ["a cluster that is not there", ["sound", "--cluster", "dev"], 2],
    ["a format that is not there", ["sound", "-o", "xml"], 2],
    ["nothing", [], 2],
  ])("ends for %s with the right exit code", (_what, [name, ...flags], exitCode) => {
    const { status, stderr } = fleetCheck([...(name === undefined ? [] : [join(folder, name)]), ...flags]);
    expect(status).toBe(exitCode);
    expect(stderr === "").toBe(exitCode < 2);
  });

  it("tells of each cluster what was found, where, and what to do", () => {
    const { stdout } = fleetCheck([broken]);
    expect(stdout).toMatch(/^prod {2}2 blockers, 0 warnings, 0 infos$/m);
    expect(stdout).toMatch(/^ {4}flux-system\/apps {2}apps {2}2 objects {2}after flux-system\/infra$/m);
    expect(stdout).toMatch(
      /^ {2}blocker NamespaceMissing: Pod pay\/pay lies in namespace pay, which nothing makes\n {6}apps\/more\.yaml:5$/m,
    );
    expect(stdout).toMatch(/to do: Add a Namespace/);
    expect(stdout.trimEnd()).toMatch(/1 cluster: 2 blockers, 0 warnings, 0 infos$/);
  });

  it("answers as JSON, with places as data", () => {
    const { clusters } = JSON.parse(fleetCheck([broken, "-o", "json"]).stdout);
    expect(clusters[0]).toMatchObject({ name: "prod", path: "clusters/prod", registries: ["example.com"] });
    expect(clusters[0].findings[0]).toMatchObject({
      code: "NamespaceMissing",
      severity: "blocker",
      cluster: "prod",
      places: [{ file: "apps/more.yaml", line: 5 }],
    });
    expect(clusters[0].units.map(({ key }: { key: string }) => key)).toContain("flux-system/apps");
  });

  it("answers as SARIF 2.1.0, every result with a rule and a line", () => {
    const sarif = JSON.parse(fleetCheck([broken, "-o", "sarif"]).stdout);
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(SARIF);
    expect(validate(sarif), JSON.stringify(validate.errors)).toBe(true);
    const [{ tool, results }] = sarif.runs;
    expect(tool.driver.rules.length).toBeGreaterThan(CLUSTER_RULES.length);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const [{ locations, level }] = results;
    expect(level).toBe("error");
    expect(locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "apps/more.yaml" },
      region: { startLine: 5 },
    });
  });

  it("answers as Markdown with a graph", () => {
    const { stdout } = fleetCheck([broken, "-o", "markdown"]);
    expect(stdout).toContain("```mermaid\nflowchart LR\n");
    expect(stdout).toMatch(/^\| blocker \| NamespaceMissing \| .* \| `apps\/more\.yaml:5` \|/m);
  });
});

describe("drydock fleet check URL", () => {
  const clones = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith("drydock-fleet-") && !name.includes("check"));

  it("clones the repository, and leaves nothing behind", () => {
    const kept = clones();
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", sound, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args]);
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "-m", "all");
    expect(fleetCheck([`file://${sound}`])).toMatchObject({ status: 0, stderr: "" });
    expect(clones()).toEqual(kept);
    rmSync(join(sound, ".git"), { recursive: true });
  });

  it("says in one line why it cannot, without the credentials of the URL", () => {
    const { status, stderr, stdout } = fleetCheck(["https://user:hunter2@127.0.0.1:1/fleet.git"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^drydock: https:\/\/127\.0\.0\.1:1\/fleet\.git cannot be cloned: .*\n$/);
    expect(stderr + stdout).not.toContain("hunter2");
  });

  it("says that git is missing", () => {
    const { status, stderr } = fleetCheck(["https://127.0.0.1:1/fleet.git"], { PATH: folder });
    expect(stderr).toMatch(/^drydock: git is not on the PATH\. Install it, or name the folder/);
    expect(status).toBe(2);
  });
});

const text = { type: "object", required: ["text"], properties: { text: { type: "string", minLength: 1 } } };
const place = {
  type: "object",
  required: ["physicalLocation"],
  properties: {
    id: { type: "integer" },
    physicalLocation: {
      type: "object",
      required: ["artifactLocation", "region"],
      properties: {
        artifactLocation: {
          type: "object",
          required: ["uri"],
          properties: { uri: { type: "string", pattern: "^[^/ ]" } },
        },
        region: { type: "object", required: ["startLine"], properties: { startLine: { type: "integer", minimum: 1 } } },
      },
    },
  },
};

/** What of the schema of SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) is used. */
const SARIF = {
  type: "object",
  required: ["version", "runs"],
  properties: {
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["tool", "results"],
        properties: {
          tool: {
            type: "object",
            required: ["driver"],
            properties: {
              driver: {
                type: "object",
                required: ["name", "rules"],
                properties: {
                  name: { type: "string" },
                  semanticVersion: { type: "string" },
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      required: ["id"],
                      properties: {
                        id: { type: "string" },
                        shortDescription: text,
                        help: text,
                        defaultConfiguration: {
                          type: "object",
                          properties: { level: { enum: ["none", "note", "warning", "error"] } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              required: ["message", "ruleId"],
              properties: {
                ruleId: { type: "string" },
                ruleIndex: { type: "integer", minimum: 0 },
                level: { enum: ["none", "note", "warning", "error"] },
                message: text,
                locations: { type: "array", items: place },
                relatedLocations: { type: "array", uniqueItems: true, items: place },
                partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
                properties: { type: "object" },
              },
            },
          },
        },
      },
    },
  },
};
