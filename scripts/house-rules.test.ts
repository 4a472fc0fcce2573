import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkTree } from "./house-rules.ts";

const FOLDERS =
  "domain orchestrations activities functions adapters local simulator console cli kustomize scripts test".split(" ");

/** A lock file as npm writes it. */
function lock(packages: Record<string, object>): string {
  return JSON.stringify({ name: "planted", lockfileVersion: 3, packages }, null, 2);
}

let root = "";

/** Writes a file into the planted repository. */
function plant(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "drydock-rules-"));
  for (const folder of FOLDERS) mkdirSync(join(root, folder));
  plant("package-lock.json", lock({ "": {} }));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("the house rules", () => {
  it("find nothing in a house that keeps them", () => {
    plant("domain/a.ts", 'import { z } from "zod";\nimport { b } from "./api/b.ts";\nexport const at = new Date(b);\n');
    plant("orchestrations/a.ts", 'import type { A } from "../activities/a.ts";\nimport { a } from "../domain/a.ts";\n');
    plant(
      "functions/a.ts",
      'import { app } from "@azure/functions";\nimport { upgrade } from "../orchestrations/a.ts";\n',
    );
    plant(
      "cli/a.ts",
      'import { z } from "zod";\nimport { a } from "../domain/a.ts";\nimport { join } from "node:path";\n',
    );
    expect(checkTree(root)).toEqual([]);
  });

  it.each([
    [
      "domain/ has nothing of ours",
      "domain/a.ts",
      '\nimport { b } from "../adapters/b.ts";\n',
      2,
      "domain/ may not import adapters/",
    ],
    [
      "domain/ has no SDK",
      "domain/deep/a.ts",
      'import { a } from "@azure/arm-containerservice";\n',
      1,
      "imports @azure/arm-containerservice: not for domain/",
    ],
    [
      "domain/ has no Node",
      "domain/a.ts",
      'import { readFileSync } from "node:fs";\n',
      1,
      "has no access to Node's modules",
    ],
    [
      "domain/ has no Node without a prefix, either",
      "domain/a.ts",
      'import fs from "fs";\n',
      1,
      "has no access to Node's modules",
    ],
    [
      "orchestrations/ take types of activities only",
      "orchestrations/a.ts",
      'import { a } from "../activities/a.ts";\n',
      1,
      "may not import activities/",
    ],
    [
      "orchestrations/ have no adapters, not even types",
      "orchestrations/a.ts",
      'import type { A } from "../adapters/a.ts";\n',
      1,
      "may not import adapters/",
    ],
    [
      "activities/ have no functions",
      "activities/a.ts",
      'import { a } from "../functions/a.ts";\n',
      1,
      "may not import functions/",
    ],
    [
      "adapters/ have no durable-functions",
      "adapters/a.ts",
      'import * as df from "durable-functions";\n',
      1,
      "imports durable-functions: not for adapters/",
    ],
    [
      "local/ knows nothing of the app",
      "local/a.ts",
      'import { a } from "../domain/a.ts";\n',
      1,
      "local/ may not import domain/",
    ],
    [
      "local/ has no programming model",
      "local/a.ts",
      'import { app } from "@azure/functions";\n',
      1,
      "imports @azure/functions: not for local/",
    ],
    [
      "simulator/ knows nothing of the app",
      "simulator/a.ts",
      'export { a } from "../domain/a.ts";\n',
      1,
      "simulator/ may not import domain/",
    ],
    [
      "console/ takes types of domain only",
      "console/a.tsx",
      'import { a } from "../domain/a.ts";\n',
      1,
      "console/ may not import domain/",
    ],
    ["cli/ has no host", "cli/a.ts", 'const a = await import("../local/host.ts");\n', 1, "cli/ may not import local/"],
    ["kustomize/ is pure", "kustomize/a.ts", 'import { z } from "zod";\n', 1, "imports zod: not for kustomize/"],
    ["a require counts", "domain/a.ts", '\n\nconst a = require("../cli/a.ts");\n', 3, "domain/ may not import cli/"],
    [
      "an import over several lines counts where it begins",
      "domain/a.ts",
      '// why\nimport {\n  a,\n  b,\n} from "../cli/a.ts";\n',
      2,
      "domain/ may not import cli/",
    ],
    [
      "a test keeps the import rules, too",
      "domain/a.test.ts",
      'import { a } from "../adapters/a.ts";\n',
      1,
      "domain/ may not import adapters/",
    ],
  ])("%s", (_rule, path, source, line, sentence) => {
    plant(path, source);
    const found = checkTree(root);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${path.replaceAll(".", "\\.")}:${line} `));
    expect(found[0]).toContain(sentence);
  });

  it.each([
    ["Date.now()", "const now = Date.now();"],
    ["new Date()", "const now = new Date();"],
    ["new Date()", "const now = new Date;"],
    ["Temporal.Now", "const now = Temporal.Now.instant();"],
    ["performance.now", "const now = performance.now();"],
    ["Math.random", "const dice = Math.random();"],
    ["crypto", "const id = crypto.randomUUID();"],
    ["a timer", "setTimeout(() => {}, 5);"],
    ["fetch", 'await fetch("https://example.org");'],
    ["process", "const home = process.env.HOME;"],
    ["localeCompare", "names.sort((a, b) => a.localeCompare(b));"],
    ["Date.now()", `const text = \`at \${Date.now()}\`;`],
    ["Date.now()", `const text = \`at "\${Date.now()}"\`;`],
    ["Math.random", "*roll() { yield Math.random(); }"],
  ])("keep %s out of what must replay: %s", (what, code) => {
    plant("orchestrations/a.ts", `export const a = 1;\n  ${code}\n`);
    plant("domain/a.ts", code);
    plant("activities/a.ts", code);
    plant("domain/a.test.ts", code);
    const found = checkTree(root);
    expect(found).toHaveLength(2);
    expect(found[0]).toContain(`domain/a.ts:1 uses ${what}`);
    expect(found[1]).toContain(`orchestrations/a.ts:2 uses ${what}`);
  });

  it.each([
    ["a comment", "// not Date.now()"],
    ["a doc comment", "/** Not Date.now(): it would not replay.\n * Nor Math.random.\n */"],
    ["text", 'const text = "Date.now() is not for here";'],
    ["a template's text", `const text = \`Date.now() is not \${what}\`;`],
    ["an instant that was given", "const at = new Date(nowMs);"],
  ])("do not mind %s", (_what, code) => {
    plant("domain/a.ts", code);
    expect(checkTree(root)).toEqual([]);
  });

  it.each([
    ["domain/long.ts", 400],
    ["domain/long.test.ts", 600],
    ["test/area/long.ts", 600],
    ["scripts/long.ts", 400],
  ])("want %s to be split beyond %i lines", (path, limit) => {
    plant(path, "\n".repeat(limit - 1));
    expect(checkTree(root)).toEqual([]);
    plant(path, "\n".repeat(limit));
    expect(checkTree(root)).toEqual([`${path}:${limit + 1} has ${limit + 1} lines; split it (limit ${limit})`]);
  });

  it("say so when a folder is not there that they have rules for", () => {
    rmSync(join(root, "kustomize"), { recursive: true });
    expect(checkTree(root)).toEqual([
      expect.stringMatching(/^kustomize\/: does not exist, and scripts\/house-rules.ts has rules/),
    ]);
  });
});

describe("the lock file", () => {
  const esbuild = { optionalDependencies: { "@esbuild/linux-x64": "1", "@esbuild/darwin-arm64": "1" } };

  it("is complete when every package has what it needs, at its side or further up", () => {
    const packages = {
      "": { dependencies: { esbuild: "1" } },
      "node_modules/@esbuild/linux-x64": {},
      "node_modules/esbuild": esbuild,
      "node_modules/esbuild/node_modules/@esbuild/darwin-arm64": {},
    };
    plant("package-lock.json", lock(packages));
    expect(checkTree(root)).toEqual([]);
  });

  it("is not complete without the binaries of other platforms, and the line of who needs them is named", () => {
    const packages = { "": {}, "node_modules/@esbuild/linux-x64": {}, "node_modules/esbuild": esbuild };
    const text = lock(packages);
    plant("package-lock.json", text);
    const line = text.split("\n").findIndex((one) => one.includes('"node_modules/esbuild"')) + 1;
    expect(checkTree(root)).toEqual([
      expect.stringMatching(
        new RegExp(`^package-lock.json:${line} node_modules/esbuild needs @esbuild/darwin-arm64, which has no entry`),
      ),
    ]);
  });

  it("is not complete when what one needs is in another's folder only", () => {
    const packages = {
      "": { dependencies: { a: "1", b: "1" } },
      "node_modules/a": {},
      "node_modules/b": { dependencies: { c: "1" } },
      "node_modules/a/node_modules/c": {},
    };
    plant("package-lock.json", lock(packages));
    expect(checkTree(root)).toEqual([expect.stringContaining("node_modules/b needs c, which has no entry")]);
  });

  it("has to be there", () => {
    rmSync(join(root, "package-lock.json"));
    expect(checkTree(root)).toEqual([expect.stringMatching(/^package-lock.json: is missing/)]);
  });
});
