import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { EXPIRY_TAG, PURPOSE_TAG } from "../../domain/restore/janitor.ts";
import { probeSchema } from "../../domain/restore/probe.ts";
import { RESTORE_PHASES, restoreVerdictSchema } from "../../domain/restore/restore-verdict.ts";
import { ROLE_IDS } from "../../domain/restore/scratch.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const text = read("docs/restore-tests.md");

/** The cells of every row of a table. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").map((cell) => cell.trim()));

describe("docs/restore-tests.md", () => {
  it("has examples of every kind of probe, which fleet.yaml takes", () => {
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => parse(block));
    const probes = blocks.flatMap((block) => probeSchema.array().parse(block.probes));
    expect(probes.map(({ name }) => name)).toEqual(["orders-sound", "orders-rows", "storefront", "newest-order"]);
    for (const kind of ["job", "http", "freshness"] as const) expect(probes.some((probe) => probe[kind])).toBe(true);
  });

  it("tells every phase in its order, every verdict, and the tags that the janitor goes by", () => {
    const firsts = rows.map(([, first = ""]) => first);
    expect(firsts.filter((first) => (RESTORE_PHASES as readonly string[]).includes(first))).toEqual(RESTORE_PHASES);
    for (const verdict of restoreVerdictSchema.options) expect(firsts).toContain(`\`${verdict}\``);
    for (const tag of [PURPOSE_TAG, EXPIRY_TAG]) expect(text).toContain(tag);
  });

  it("names every role that a run may give", () => {
    for (const role of Object.keys(ROLE_IDS)) expect(text).toContain(role);
  });

  it("names a test for all that may go wrong", () => {
    const cases = rows.filter(([, , verdict = ""]) =>
      /^(?:`(?:failed|timed-out|inconclusive)`|as it was|none)$/.test(verdict),
    );
    expect(cases.length).toBeGreaterThan(15);
    for (const [, what = "", , test = ""] of cases) {
      const [, file = "test/app/restore-faults.test.ts", name = test] = /^`(.+)`: (.+)$/.exec(test) ?? [];
      expect(read(file), `${what}: ${name} in ${file}`).toContain(name);
    }
  });
});
