import { AdaptiveCard, Container, Fact, FactSet, TextBlock } from "@microsoft/teams.cards";
import { attemptText, changeText } from "../../domain/change-text.ts";
import { durationText } from "../../domain/duration-text.ts";
import type { Finding } from "../../domain/finding.ts";
import { type ClusterResult, type RingResult, summarize, type UpgradeReport } from "../../domain/report.ts";
import type { Signal } from "../../domain/run-control.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { fitted, framed, more } from "./card-frame.ts";
import { plain } from "./card-text.ts";

/** How much of a report a card tells. */
interface Detail {
  readonly rings: number;
  /** Clusters of a ring that are named one by one. */
  readonly clusters: number;
  readonly findings: number;
  /** The newest signals. */
  readonly signals: number;
  /** Longest text of one block, in characters. */
  readonly text: number;
}

/** From the most to the least: a card takes the first that fits into a message. The report itself holds everything. */
const DETAILS: readonly [Detail, ...Detail[]] = [
  { rings: 20, clusters: 10, findings: 5, signals: 5, text: 300 },
  { rings: 20, clusters: 5, findings: 5, signals: 5, text: 150 },
  { rings: 20, clusters: 0, findings: 3, signals: 3, text: 150 },
  { rings: 5, clusters: 0, findings: 2, signals: 2, text: 80 },
];

const HEADLINES: Readonly<Record<Verdict, string>> = {
  passed: "Upgrade passed",
  "passed-with-warnings": "Upgrade passed with warnings",
  failed: "Upgrade failed",
  blocked: "Upgrade blocked",
  cancelled: "Upgrade cancelled",
};

const COLORS = {
  passed: "Good",
  "passed-with-warnings": "Warning",
  failed: "Attention",
  blocked: "Warning",
  cancelled: "Default",
} as const satisfies Record<Verdict, string>;

/** What a reader must not miss comes first when not all clusters of a ring can be named. */
const GRAVE_OUTCOMES: readonly string[] = ["failed", "blocked", "cancelled"];

/**
 * The Teams card of an upgrade's report, as an Adaptive Card 1.5, small enough for one message however large the fleet is. It
 * carries links only: what acts needs a bot.
 *
 * @param runUrl where the console shows the run
 */
export function upgradeCard(report: UpgradeReport, runUrl: string): AdaptiveCard {
  return fitted(DETAILS, (detail) => cardWith(detail, report, runUrl));
}

function cardWith(detail: Detail, report: UpgradeReport, runUrl: string): AdaptiveCard {
  const show = (text: string) => plain(text, detail.text);
  const findings = report.findings.filter((finding) => finding.severity !== "info");
  const reason = show(report.trigger.reason);
  const card = new AdaptiveCard(
    new TextBlock(HEADLINES[report.verdict], { size: "Large", weight: "Bolder", color: COLORS[report.verdict] }),
    new TextBlock(reason, { wrap: true, isSubtle: true, spacing: "None" }),
    summaryFacts(report, show),
    ...report.rings.slice(0, detail.rings).map((ring) => ringBlock(ring, detail.clusters, show)),
    ...more(report.rings.length - detail.rings, "ring"),
    ...findings.slice(0, detail.findings).map((finding) => findingBlock(finding, show)),
    ...more(findings.length - detail.findings, "finding"),
    ...signalBlock(report.signals, detail.signals, show),
  );
  return framed(card, `${HEADLINES[report.verdict]}: ${reason}`, runUrl);
}

type Show = (text: string) => string;

function summaryFacts(report: UpgradeReport, show: Show): FactSet {
  const { clusters, clustersDone, controlPlanes, pools, nodesDrained, podsEvicted } = summarize(report);
  return new FactSet(
    new Fact("Run", show(report.id)),
    new Fact("Clusters", `${clustersDone} of ${clusters} done`),
    ...(controlPlanes > 0 ? [new Fact("Control planes", `${controlPlanes} upgraded`)] : []),
    new Fact("Pools", `${pools} upgraded, ${nodesDrained} nodes drained, ${podsEvicted} pods evicted`),
    new Fact("Took", durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt))),
    new Fact("Started by", show(report.trigger.by)),
  );
}

function ringBlock(ring: RingResult, shownClusters: number, show: Show): Container {
  const isGrave = ({ outcome }: ClusterResult) => Number(GRAVE_OUTCOMES.includes(outcome));
  const clusters = ring.clusters.toSorted((left, right) => isGrave(right) - isGrave(left));
  const lines = clusters.slice(0, shownClusters).map((cluster) => clusterLine(cluster, show));
  const rest = clusters.slice(shownClusters);
  if (rest.length > 0)
    lines.push(`- ${lines.length > 0 ? "and " : ""}${rest.length} ${outcomeCounts(rest, lines.length)}`);
  return new Container(
    new TextBlock(show(`Ring ${ring.name}: ${ring.state}${ring.reason ? ` (${ring.reason})` : ""}`), {
      weight: "Bolder",
      wrap: true,
    }),
    ...lines.map((line) => new TextBlock(line, { wrap: true, spacing: "None" })),
  );
}

/** As in `- prod-weu: done, 2nd try, control plane 1.33.5 to 1.34.2, apps 1.33.5 to 1.34.2 on AKSUbuntu-...`. */
function clusterLine(cluster: ClusterResult, show: Show): string {
  const reason = cluster.reason ? ` (${cluster.reason})` : "";
  const parts = [attemptText(cluster.attempt), controlPlaneText(cluster), ...doneTexts(cluster)];
  const more = parts.filter((part) => part !== "").map((part) => `, ${part}`);
  return `- ${show(cluster.name)}: ${cluster.outcome}${show(reason)}${show(more.join(""))}`;
}

function controlPlaneText({ controlPlane }: ClusterResult): string {
  if (controlPlane === null) return "";
  const { from, to, outcome, startedAt, endedAt } = controlPlane;
  const took = durationText(Date.parse(endedAt) - Date.parse(startedAt));
  return `control plane ${changeText(from, to)}${outcome === "failed" ? " failed" : ""} (${took})`;
}

function doneTexts({ pools }: ClusterResult): string[] {
  return pools
    .filter(({ outcome }) => outcome === "done")
    .map(({ name, fromVersion, toVersion, toImage }) => {
      const versions = fromVersion === toVersion ? "" : `${changeText(fromVersion, toVersion)} on `;
      return `${name} ${versions}${toImage}`;
    });
}

/** As in `more (3 done, 1 skipped)`. */
function outcomeCounts(clusters: readonly ClusterResult[], named: number): string {
  const counts = new Map<string, number>();
  for (const { outcome } of clusters) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const parts = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
  return `${named > 0 ? "more" : `cluster${clusters.length === 1 ? "" : "s"}`} (${parts.join(", ")})`;
}

function findingBlock(finding: Finding, show: Show): Container {
  return new Container(
    new TextBlock(show(`${finding.code}: ${finding.message}`), {
      wrap: true,
      color: finding.severity === "blocker" ? "Attention" : "Warning",
    }),
    new TextBlock(show(finding.remedy), { wrap: true, isSubtle: true, spacing: "None" }),
  );
}

/** The newest things that people told the run, oldest of them first; nothing when nobody did. */
function signalBlock(signals: readonly Signal[], shown: number, show: Show): Container[] {
  if (signals.length === 0) return [];
  const rest = signals.length - shown;
  return [
    new Container(
      new TextBlock("Signals", { weight: "Bolder" }),
      ...more(rest, "signal"),
      ...signals.slice(-shown).map((signal) => {
        const answered = signal.gate === null ? "" : ` (${signal.gate})`;
        const at = `${signal.at.slice(0, 16).replace("T", " ")} UTC`;
        const text = show(`${at} ${signal.by}: ${signal.kind}${answered}: ${signal.reason}`);
        return new TextBlock(`- ${text}`, { wrap: true, spacing: "None" });
      }),
    ),
  ];
}
