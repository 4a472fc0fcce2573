import {
  AdaptiveCard,
  Container,
  Fact,
  FactSet,
  OpenUrlAction,
  TeamsCardProperties,
  TextBlock,
} from "@microsoft/teams.cards";
import { durationText } from "../../domain/duration-text.ts";
import type { Finding } from "../../domain/finding.ts";
import { type RingResult, summarize, type UpgradeReport } from "../../domain/report.ts";
import type { Verdict } from "../../domain/verdict.ts";

/** Findings that a card shows; the rest is in the report. */
const SHOWN_FINDINGS = 5;
/** Clusters of a ring that a card names one by one. */
const SHOWN_CLUSTERS = 10;
/** Longest text of one block: a message must stay under Teams' limit of about 28 KB. */
const TEXT_LIMIT = 300;

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

/**
 * The Teams card of an upgrade's report, as an Adaptive Card 1.5. It carries links only: what acts needs a bot.
 *
 * @param runUrl where the console shows the run
 */
export function upgradeCard(report: UpgradeReport, runUrl: string): AdaptiveCard {
  const findings = report.findings.filter((finding) => finding.severity !== "info");
  const card = new AdaptiveCard(
    new TextBlock(HEADLINES[report.verdict], { size: "Large", weight: "Bolder", color: COLORS[report.verdict] }),
    new TextBlock(plain(report.trigger.reason), { wrap: true, isSubtle: true, spacing: "None" }),
    summaryFacts(report),
    ...report.rings.map(ringBlock),
    ...findings.slice(0, SHOWN_FINDINGS).map(findingBlock),
  );
  if (findings.length > SHOWN_FINDINGS) {
    card.body?.push(
      new TextBlock(`and ${findings.length - SHOWN_FINDINGS} more findings in the report`, { wrap: true }),
    );
  }
  card.version = "1.5";
  card.msteams = new TeamsCardProperties({ width: "full" });
  card.fallbackText = `${HEADLINES[report.verdict]}: ${plain(report.trigger.reason)}`;
  card.actions = [new OpenUrlAction(runUrl, { title: "Open the run" })];
  return card;
}

function summaryFacts(report: UpgradeReport): FactSet {
  const { clusters, clustersDone, pools, nodesDrained, podsEvicted } = summarize(report);
  return new FactSet(
    new Fact("Run", report.id),
    new Fact("Clusters", `${clustersDone} of ${clusters} done`),
    new Fact("Pools", `${pools} upgraded, ${nodesDrained} nodes drained, ${podsEvicted} pods evicted`),
    new Fact("Took", durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt))),
    new Fact("Started by", plain(report.trigger.by)),
  );
}

function ringBlock(ring: RingResult): Container {
  const shown = ring.clusters.slice(0, SHOWN_CLUSTERS);
  const rest = ring.clusters.length - shown.length;
  const lines = shown.map((cluster) => {
    const images = cluster.pools
      .filter((pool) => pool.outcome === "done")
      .map((pool) => `${pool.name} ${pool.toImage}`);
    return `- ${plain(cluster.name)}: ${cluster.outcome}${plain(cluster.reason ? ` (${cluster.reason})` : "")}${plain(images.length > 0 ? `, ${images.join(", ")}` : "")}`;
  });
  if (rest > 0) lines.push(`- and ${rest} more`);
  return new Container(
    new TextBlock(plain(`Ring ${ring.name}: ${ring.state}${ring.reason ? ` (${ring.reason})` : ""}`), {
      weight: "Bolder",
      wrap: true,
    }),
    ...lines.map((line) => new TextBlock(line, { wrap: true, spacing: "None" })),
  );
}

function findingBlock(finding: Finding): Container {
  return new Container(
    new TextBlock(plain(`${finding.code}: ${finding.message}`), {
      wrap: true,
      color: finding.severity === "blocker" ? "Attention" : "Warning",
    }),
    new TextBlock(plain(finding.remedy), { wrap: true, isSubtle: true, spacing: "None" }),
  );
}

/** Text that Teams' Markdown shows as it is, cut to a limit. */
function plain(text: string): string {
  const cut = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT - 1)}…` : text;
  return cut.replace(/[\\`*_[\]]/g, "\\$&");
}
