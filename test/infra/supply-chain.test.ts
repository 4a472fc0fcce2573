import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const manifest = JSON.parse(read("package.json"));
const locked: Array<[string, LockedPackage]> = Object.entries<LockedPackage>(
  JSON.parse(read("package-lock.json")).packages,
).filter(([path]) => path !== "");

/** Licences that ask for no more than to be named. */
const FREE = [
  "MIT",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "MIT OR Apache-2.0",
  "Unlicense",
  "PSF-2.0",
];
/** And for what is not shipped: changes of its own files would have to be shown. */
const FREE_FOR_DEVELOPMENT = [...FREE, "MPL-2.0"];

describe("packages", () => {
  it("come from a lock file with an integrity for each, and from no host in particular", () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it("are asked for in exact versions", () => {
    const asked = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const [name, version] of Object.entries(asked)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("have licences that let us ship them, and the tools such that let us use them", () => {
    const unfit = locked.filter(
      ([, { license = "none", dev }]) => !(dev ? FREE_FOR_DEVELOPMENT : FREE).includes(license),
    );
    expect(unfit.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  it("run no script when they are installed that nobody decided upon", () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = scripted.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(Object.keys(manifest.allowScripts).toSorted()).toEqual(names.toSorted());
  });
});

describe("the workflows", () => {
  const files = globSync(".github/workflows/*.yml", { cwd: ROOT });
  const workflows = files.map((file) => ({ file, text: read(file), workflow: parse(read(file)) }));

  it("pin every action to a commit, and say which version that is", () => {
    const uses = workflows.flatMap(({ file, text }) =>
      [...text.matchAll(/uses: (.*)$/gm)].map(([, used]) => `${file}: ${used}`),
    );
    expect(uses.length).toBeGreaterThan(3);
    expect(uses.filter((used) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))).toEqual([]);
    const versions = new Map<string, Set<string>>();
    for (const used of uses) {
      const [, action = "", pin = ""] = /: ([^@]+)@(.*)$/.exec(used) ?? [];
      versions.set(action, (versions.get(action) ?? new Set()).add(pin));
    }
    expect([...versions].filter(([, pins]) => pins.size > 1)).toEqual([]);
  });

  it("may read the repository and nothing else, unless a job says so", () => {
    for (const { file, workflow } of workflows) {
      expect(workflow.permissions, file).toEqual({ contents: "read" });
      expect(Object.keys(workflow.on), file).not.toContain("pull_request_target");
    }
  });

  it("know no secret: Azure trusts the workflow itself", () => {
    for (const { file, text } of workflows) expect(text, file).not.toMatch(/\$\{\{\s*secrets\./);
    const deploy = workflows.find(({ file }) => file.endsWith("deploy.yml"))?.workflow;
    expect(deploy.jobs.deploy.permissions).toEqual({ contents: "read", "id-token": "write" });
  });

  it("put what a person gave into the environment, never into a script", () => {
    const steps = workflows.flatMap(({ workflow }) =>
      Object.values<{ steps: Array<{ run?: string }> }>(workflow.jobs).flatMap((job) => job.steps),
    );
    expect(steps.filter(({ run }) => run?.includes("${{")).map(({ run }) => run)).toEqual([]);
  });
});

describe("the threat model", () => {
  const rows = [...read("docs/security.md").matchAll(/`([\w./-]+\.test\.ts)`: ([^|]+?) \|/g)];

  it("names tests that are there", () => {
    expect(rows.length).toBeGreaterThan(15);
    const missing = rows
      .filter(([, file = "", name = ""]) => !read(file).includes(name))
      .map(([, file, name]) => `${file}: ${name}`);
    expect(missing).toEqual([]);
  });

  it("says of every threat what defends, and by which test, or that nothing does", () => {
    const table = read("docs/security.md")
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (?:threat|---)/.test(line));
    const open = table.filter((line) => !line.includes(".test.ts`") && !/not defended/i.test(line));
    expect(open).toEqual([]);
  });
});
