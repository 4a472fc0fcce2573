import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { validate } from "../../cli/validate/validate.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "drydock-validate-"));
afterAll(() => rmSync(folder, { recursive: true }));

function said(file: string, schema = false): [number, string] {
  let text = "";
  const code = validate(file, { schema }, { write: (written) => (text += written) }, ROOT);
  return [code, text];
}

/** The sample's fleet.yaml, changed, in a file of its own. */
function spoiled(change: (yaml: string) => string): string {
  const file = join(folder, "fleet.yaml");
  writeFileSync(file, change(readFileSync(join(ROOT, "fleet.yaml"), "utf8")));
  return file;
}

describe("drydock validate", () => {
  it("finds no mistake in the sample", () => {
    const file = join(ROOT, "fleet.yaml");
    expect(said(file)).toEqual([0, `${file}: no mistake; 3 rings, 4 clusters\n`]);
  });

  it("names file, line, column and path of every mistake, and ends with 1", () => {
    const file = spoiled((yaml) =>
      yaml.replace("maxParallel: 2", "maxParallel: many").replace("ring: staging", "ring: test"),
    );
    const [code, text] = said(file);
    expect(code).toBe(1);
    const lines = text.trimEnd().split("\n");
    expect(lines[0]).toMatch(new RegExp(`^${file}:\\d+:\\d+ rings\\.2\\.maxParallel: `));
    expect(lines).toHaveLength(1);
    const [, ring] = said(spoiled((yaml) => yaml.replace("ring: staging", "ring: test")));
    expect(ring).toMatch(/^\S+fleet\.yaml:\d+:\d+ clusters\.1\.ring: there is no ring "test"\n$/);
  });

  it("names what is no YAML", () => {
    expect(said(spoiled((yaml) => yaml.replace("rings:", "rings: [")))[1]).toMatch(/fleet\.yaml:\d+:\d+ /);
  });

  it("says that a file cannot be read", () => {
    expect(() => said(join(folder, "none.yaml"))).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining("ENOENT") }),
    );
  });

  it("prints a JSON Schema that the sample keeps, and a spoiled one does not", () => {
    const [code, text] = said("fleet.yaml", true);
    expect(code).toBe(0);
    const check = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(text));
    expect(check(parse(readFileSync(join(ROOT, "fleet.yaml"), "utf8")))).toBe(true);
    expect(
      check(
        parse(
          readFileSync(
            spoiled((yaml) => yaml.replace("ring: staging", "rings: staging")),
            "utf8",
          ),
        ),
      ),
    ).toBe(false);
  });
});
