import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as lines from "../../domain/log-lines.ts";
import { verdictSchema } from "../../domain/verdict.ts";
import { memberAt, textOf } from "./bicep/bicep-file.ts";
import { parseBicep } from "./bicep/parse-bicep.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

const rulesVariable = parseBicep(read("infra/modules/alerts.bicep")).declarations.find(({ name }) => name === "rules");
const rules = (rulesVariable?.body?.kind === "array" ? rulesVariable.body.items : []).map((rule) => ({
  name: textOf(memberAt(rule, "name")) ?? "",
  query: textOf(memberAt(rule, "query")) ?? "",
  severity: memberAt(rule, "severity"),
}));
/** Alerts on metrics stand with what they watch. */
const METRIC_ALERTS = [...read("infra/modules/cluster-events.bicep").matchAll(/drydock-(\w+)-\$\{/g)].map(
  ([, name]) => name,
);

/** Whether a rule's query finds a line of the log. */
function finds(name: string, line: string): boolean {
  const query = rules.find((rule) => rule.name === name)?.query ?? "";
  const [, pattern] = /message matches regex @"(.+)"/.exec(query) ?? [];
  const [, start] = /message startswith "(.+)"/.exec(query) ?? [];
  if (pattern !== undefined) return new RegExp(pattern).test(line);
  return start !== undefined && line.startsWith(start);
}

describe("the alert rules", () => {
  const ends = verdictSchema.options.map((verdict) => [verdict, lines.runEndedLine("upgrade-1", verdict)] as const);

  it.each([
    ["RunFailed", "failed"],
    ["RunBlocked", "blocked"],
  ])("%s finds the end of a run that is %s, and of no other", (rule, verdict) => {
    expect(ends.filter(([, line]) => finds(rule, line)).map(([found]) => found)).toEqual([verdict]);
  });

  it("find dead letters and cards that were not delivered", () => {
    const letter = lines.deadLetterLine({ eventId: "", code: "UnknownCluster", reason: "x" });
    const card = lines.cardUndeliveredLine("upgrade-1", "Teams answered 500");
    expect([finds("DeadLetters", letter), finds("DeadLetters", card)]).toEqual([true, false]);
    expect([finds("CardUndelivered", card), finds("CardUndelivered", letter)]).toEqual([true, false]);
  });

  it("find restore tests that are overdue, and what the janitor found", () => {
    const overdue = lines.restoreTestOverdueLine("prod-weu", "2026-11-01T02:00:00.000Z");
    const leftovers = lines.leftoversLine({ begun: 1, refused: 0 });
    expect([finds("RestoreTestOverdue", overdue), finds("RestoreTestOverdue", leftovers)]).toEqual([true, false]);
    expect([finds("LeftoversFound", leftovers), finds("LeftoversFound", overdue)]).toEqual([true, false]);
  });

  it("look for lines that the app writes", () => {
    const app = globSync("{functions,orchestrations}/**/*.ts", { cwd: ROOT })
      .filter((file) => !file.endsWith(".test.ts"))
      .map(read)
      .join("\n");
    for (const line of Object.keys(lines)) expect(app).toContain(`${line}(`);
  });

  it("know the daily search by how its orchestration begins its lines", () => {
    const written = [...read("orchestrations/search-node-images.ts").matchAll(/context\.log\(`([^`]+)`\)/g)].map(
      ([, line]) => line,
    );
    expect(written.length).toBeGreaterThan(1);
    for (const line of written) expect(finds("SearchMissing", line ?? "")).toBe(true);
  });

  it("have each a section of the runbook, in their order, and the runbook has no other", () => {
    const runbook = existsSync(join(ROOT, "docs/runbook.md")) ? read("docs/runbook.md") : "";
    const alerts = runbook.slice(runbook.indexOf("\n# Alerts"), runbook.indexOf("\n# Routine"));
    const sections = [...alerts.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual([...rules.map(({ name }) => name), ...METRIC_ALERTS]);
  });
});

describe("the workbook", () => {
  const workbook = JSON.parse(read("infra/modules/workbook.json"));
  const queries: string[] = workbook.items.flatMap(
    ({ content }: { content: { query?: string } }) => content.query ?? [],
  );

  it("takes runs apart as the log tells them", () => {
    const parsing = queries.filter((query) => query.includes("parse kind=regex"));
    expect(parsing).not.toEqual([]);
    for (const query of parsing) {
      const parts = [...query.matchAll(/"([^"]+)"/g)].map(([, part]) => part);
      expect(parts).toEqual(["^run ", " ended: ", "$"]);
      expect(lines.runEndedLine("upgrade-1", "failed")).toMatch(
        new RegExp(`${parts[0]}\\S+${parts[1]}failed${parts[2]}`),
      );
    }
  });

  it("looks for dead letters as the alert does", () => {
    const { query = "" } = rules.find(({ name }) => name === "DeadLetters") ?? {};
    expect(queries.some((text) => text.includes(query.replace("traces | ", "")))).toBe(true);
  });
});
