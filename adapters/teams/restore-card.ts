import { AdaptiveCard, Container, Fact, FactSet, TextBlock } from "@microsoft/teams.cards";
import { durationText } from "../../domain/duration-text.ts";
import { byGravity, type Finding } from "../../domain/finding.ts";
import type { ClusterTest, RestoreReport } from "../../domain/restore/restore-report.ts";
import type { RestoreVerdict } from "../../domain/restore/restore-verdict.ts";
import { fitted, framed, more } from "./card-frame.ts";
import { plain } from "./card-text.ts";

/** How much of a report a card tells. */
interface Detail {
  readonly clusters: number;
  readonly findings: number;
  /** Longest text of one block, in characters. */
  readonly text: number;
}

/** From the most to the least: a card takes the first that fits into a message. The report itself holds everything. */
const DETAILS: readonly [Detail, ...Detail[]] = [
  { clusters: 20, findings: 6, text: 300 },
  { clusters: 10, findings: 4, text: 150 },
  { clusters: 5, findings: 2, text: 80 },
];

const HEADLINES: Readonly<Record<RestoreVerdict, string>> = {
  passed: "Backups proven",
  failed: "A backup failed its restore test",
  "timed-out": "A restore test did not end in its time",
  inconclusive: "A restore test proved nothing",
};

const COLORS = {
  passed: "Good",
  failed: "Attention",
  "timed-out": "Warning",
  inconclusive: "Warning",
} as const satisfies Record<RestoreVerdict, string>;

type Show = (text: string) => string;

/**
 * The Teams card of a run of restore tests, as an Adaptive Card 1.5, small enough for one message however many clusters it
 * has. Backups that are not proven come first.
 *
 * @param runUrl where the console shows the run
 */
export function restoreCard(report: RestoreReport, runUrl: string): AdaptiveCard {
  return fitted(DETAILS, (detail) => cardWith(detail, report, runUrl));
}

function cardWith(detail: Detail, report: RestoreReport, runUrl: string): AdaptiveCard {
  const show = (text: string) => plain(text, detail.text);
  const tests = report.clusters.toSorted((left, right) => isProven(left) - isProven(right));
  const findings = byGravity(findingsOf(report)).filter(({ severity }) => severity !== "info");
  const reason = show(report.trigger.reason);
  const headline = HEADLINES[report.verdict];
  const card = new AdaptiveCard(
    new TextBlock(headline, { size: "Large", weight: "Bolder", color: COLORS[report.verdict], wrap: true }),
    new TextBlock(reason, { wrap: true, isSubtle: true, spacing: "None" }),
    summaryFacts(report, show),
    ...tests.slice(0, detail.clusters).map((test) => testBlock(test, show)),
    ...moreTests(tests.slice(detail.clusters)),
    ...findings.slice(0, detail.findings).map((finding) => findingBlock(finding, show)),
    ...more(findings.length - detail.findings, "finding"),
  );
  return framed(card, `${headline}: ${proven(report)} proven. ${reason}`, runUrl);
}

function summaryFacts(report: RestoreReport, show: Show): FactSet {
  const { amount, currency, isComplete } = report.cost;
  return new FactSet(
    new Fact("Run", show(report.id)),
    new Fact("Proven", proven(report)),
    new Fact("Took", durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt))),
    new Fact("Cost", show(`about ${amount} ${currency}${isComplete ? "" : ", not all prices are known"}`)),
    new Fact("Started by", show(report.trigger.by)),
  );
}

/** As in `prod-weu: failed`, and `RPO 6 h (objective 24 h), RTO 1 h (objective 60 min)` below it. */
function testBlock({ cluster, verdict, measure, objectives, point, phases }: ClusterTest, show: Show): Container {
  const rpo = measure && `RPO ${durationText(measure.rpo.atStartMs)}${objective(objectives.rpoHours, "h")}`;
  const total = measure?.rto.totalMs ?? null;
  const rto = total === null ? null : `RTO ${durationText(total)}${objective(objectives.rtoMinutes, "min")}`;
  const measured = [rpo, rto].filter((part) => part !== null).join(", ");
  const held = phases.find(({ outcome }) => outcome !== "done" && outcome !== "skipped");
  const why = held ? `${held.name}: ${held.reason}` : point ? "" : "no recovery point was restored";
  const lines = [measured, why].filter((line) => line !== "");
  return new Container(
    new TextBlock(`${show(cluster)}: ${verdict}`, { weight: "Bolder", wrap: true, color: COLORS[verdict] }),
    ...lines.map((line) => new TextBlock(show(line), { wrap: true, spacing: "None" })),
  );
}

function objective(value: number | null, unit: string): string {
  return value === null ? "" : ` (objective ${value} ${unit})`;
}

function findingBlock({ severity, code, message, remedy, cluster }: Finding, show: Show): Container {
  const where = cluster === null ? "" : `${cluster}: `;
  return new Container(
    new TextBlock(show(`${where}${code}: ${message}`), {
      wrap: true,
      color: severity === "blocker" ? "Attention" : "Warning",
    }),
    new TextBlock(show(remedy) || "See the report.", { wrap: true, isSubtle: true, spacing: "None" }),
  );
}

function moreTests(tests: readonly ClusterTest[]): TextBlock[] {
  if (tests.length === 0) return [];
  const passed = tests.filter(({ verdict }) => verdict === "passed").length;
  const text = `and ${tests.length} more in the report (${passed} passed, ${tests.length - passed} not)`;
  return [new TextBlock(text, { wrap: true })];
}

function proven({ clusters }: RestoreReport): string {
  return `${clusters.reduce((sum, test) => sum + isProven(test), 0)} of ${clusters.length} backups`;
}

function isProven({ verdict }: ClusterTest): number {
  return Number(verdict === "passed");
}

function findingsOf({ clusters, findings }: RestoreReport): Finding[] {
  const ofTests = clusters.flatMap((test) => [...test.phases.flatMap((phase) => phase.findings), ...test.findings]);
  return [...ofTests, ...findings];
}
