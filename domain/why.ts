import { z } from "zod";
import { admitWork } from "./admit-work.ts";
import { type BlockedBefore, causesOf, hasFailedBefore, isBlockedAsBefore } from "./blocked-before.ts";
import { estimateCluster } from "./estimate.ts";
import type { Finding } from "./finding.ts";
import type { RingConfig } from "./fleet-config.ts";
import type { NextSearch } from "./search-times.ts";
import type { ClusterPlan, PoolPlan, UpgradePlan } from "./upgrade-plan.ts";

/** How a cluster stands towards what its ring is to have. */
export const standingSchema = z.enum(["up-to-date", "behind", "waiting", "in-progress", "blocked", "unknown"]);
export type Standing = z.infer<typeof standingSchema>;

const instant = z.iso.datetime();

/** Why a cluster was or was not upgraded, and when it will be. */
export const whySchema = z
  .object({
    cluster: z.string(),
    ring: z.string(),
    standing: standingSchema,
    /** The answer, most telling first. */
    sentences: z.array(z.string()),
    /** The newest run that had the cluster and has ended. */
    lastRun: z
      .object({
        id: z.string(),
        by: z.string(),
        outcome: z.enum(["done", "failed", "blocked", "cancelled", "skipped"]),
        reason: z.string().nullable(),
        startedAt: instant,
        endedAt: instant,
      })
      .nullable(),
    /** What happens to it next; `at` is null where that hangs on a person or cannot be said. */
    next: z.object({ at: instant.nullable(), by: z.string(), reason: z.string() }),
  })
  .meta({ id: "Why" });
export type Why = z.infer<typeof whySchema>;

/** How something stands, in words, and what comes next. */
export interface Stand {
  readonly standing: Standing;
  readonly sentences: readonly string[];
  readonly next: Why["next"];
}

/** What the answer goes by. */
export interface WhyFacts {
  readonly cluster: string;
  readonly ring: RingConfig;
  /** A plan that was made now for this cluster alone, or why there is none. */
  readonly plan: UpgradePlan | { readonly unplanned: string };
  /** How runs under way hold the cluster, the newest first. */
  readonly holds: readonly Stand[];
  readonly lastRun: Why["lastRun"];
  /** What blocked it when a run last came to it; null when nothing did. */
  readonly blockedBefore: BlockedBefore | null;
  readonly nowMs: number;
  /** The next daily and weekly search, the earlier one first. */
  readonly searches: readonly NextSearch[];
}

/** Tells why a cluster was or was not upgraded: by the run that holds it, else by what a plan of now would do. */
export function whyOf(facts: WhyFacts): Why {
  const { cluster, ring, holds, lastRun } = facts;
  const [held] = holds;
  // While a run changes it, what the preflight finds is that run's own doing.
  const planned = standByPlan(facts, held?.standing !== "in-progress");
  const sentences = [...holds.flatMap((hold) => hold.sentences), ...planned.sentences];
  if (lastRun !== null) sentences.push(lastRunSentence(lastRun));
  const { standing, next } = held ?? planned;
  return { cluster, ring: ring.name, standing, sentences, lastRun, next };
}

function standByPlan(facts: WhyFacts, withPreflight: boolean): Stand {
  const { cluster, plan } = facts;
  if ("unplanned" in plan) {
    const sentence = `It cannot be told what it lacks: ${plan.unplanned}.`;
    return { standing: "unknown", sentences: [sentence], next: lookedAtAgain(facts) };
  }
  const ring = plan.rings.find(({ clusters }) => clusters.some(({ name }) => name === cluster));
  const planned = ring?.clusters.find(({ name }) => name === cluster);
  if (!ring || !planned) {
    return { standing: "unknown", sentences: ["A plan of now does not have it."], next: lookedAtAgain(facts) };
  }
  const findings = plan.findings.filter((finding) => finding.cluster === cluster || finding.cluster === null);
  if (planned.skip !== null) return leftAlone(facts, planned, findings);
  return withWork(
    facts,
    planned,
    withPreflight ? findings : [],
    ring.approvals.map(({ what }) => what),
  );
}

/** A cluster that a plan of now would leave alone. */
function leftAlone(facts: WhyFacts, { skip, skipCode }: ClusterPlan, findings: readonly Finding[]): Stand {
  const told = findings.filter(({ code }) => code === "UpgradeAvailable" || code === "PinnedOnPurpose");
  const mended = findings.filter(({ code, cluster }) => cluster !== null && REMEDIED.has(code));
  const sentences = [
    `A plan of now leaves it alone: ${skip}.`,
    ...told.map(({ message }) => `${capital(message)}.`),
    ...mended.map(({ remedy }) => `To do: ${remedy}`),
  ];
  const isUnseen = findings.some(({ code }) => code === "ClusterUnreachable" || code === "NewestImageUnknown");
  const standing: Standing =
    skipCode === "UpToDate"
      ? "up-to-date"
      : skipCode === "NotOutInRegion"
        ? "waiting"
        : isUnseen
          ? "unknown"
          : "blocked";
  return { standing, sentences, next: lookedAtAgain(facts) };
}

/** Findings of a plan that say why a cluster, or a part of it, is left alone, and what to do about it. */
const REMEDIED = new Set(["ClusterUnreachable", "ClusterStopped", "PoolStopped", "NewestImageUnknown"]);

/** A cluster for which a plan of now has work. */
function withWork(
  facts: WhyFacts,
  planned: ClusterPlan,
  findings: readonly Finding[],
  approvals: readonly string[],
): Stand {
  const blockers = findings.filter(({ severity }) => severity === "blocker");
  const unknown = findings.filter(({ code }) => code === "PreflightUnknown");
  const sentences = [
    `It is behind: ${workOf(planned)}.`,
    ...blockers.map(({ code, message, remedy }) => `${code} blocks it: ${message}. To do: ${remedy}`),
    ...unknown.map(({ message }) => `${capital(message)}.`),
    ...approvals.map((what) => `A person has to approve it: ${what}.`),
  ];
  if (blockers.length > 0) return { standing: "blocked", sentences, next: triedAgain(facts, blockers) };
  return { standing: "behind", sentences, next: afterFailure(facts, planned) ?? turnOf(facts, planned) };
}

/** When a search would come to the cluster, within its ring's window. Node images come daily, versions weekly. */
function turnOf(facts: WhyFacts, planned: ClusterPlan): Why["next"] {
  const { ring, searches, cluster } = facts;
  const isDaily = ring.upgrades.nodeImage === "auto" && planned.pools.some((pool) => pool.fromImage !== pool.toImage);
  const search = searches.find(({ by }) => isDaily || by === "weekly search");
  if (search === undefined) return lookedAtAgain(facts);
  const admission = admitWork(ring.window, Date.parse(search.at), estimateCluster(planned));
  if (admission.admitted) {
    const reason = `the next search that comes to it; drydock run upgrade --cluster ${cluster} begins at once`;
    return { at: search.at, by: search.by, reason };
  }
  const { askAtMs, reason } = admission;
  return { at: askAtMs === null ? null : new Date(askAtMs).toISOString(), by: search.by, reason };
}

/** The daily search starts no run for what it knows to be blocked by the same; the weekly one always does. */
function triedAgain(facts: WhyFacts, blockers: readonly Finding[]): Why["next"] {
  const { blockedBefore, nowMs, searches } = facts;
  const isSame = blockedBefore !== null && isBlockedAsBefore(blockedBefore, causesOf(blockers), nowMs);
  const weekly = searches.find(({ by }) => by === "weekly search");
  if (isSame && weekly) {
    const { runId } = blockedBefore;
    const reason = `it is tried again, or sooner by a daily search once it is not blocked as in run ${runId}; until then mend what blocks it`;
    return { at: weekly.at, by: weekly.by, reason };
  }
  const next = lookedAtAgain(facts);
  return { ...next, reason: `${next.reason}; until then mend what blocks it` };
}

/** What failed a run is left to the weekly search, until there is something else to go to. */
function afterFailure({ blockedBefore, nowMs, searches }: WhyFacts, planned: ClusterPlan): Why["next"] | null {
  const weekly = searches.find(({ by }) => by === "weekly search");
  if (!weekly || !blockedBefore || !hasFailedBefore(blockedBefore, planned, nowMs)) return null;
  const reason = `run ${blockedBefore.runId} failed on the way there; the weekly search tries again, a daily one when something newer is out`;
  return { at: weekly.at, by: weekly.by, reason };
}

function lookedAtAgain({ searches: [search] }: WhyFacts): Why["next"] {
  if (search) return { at: search.at, by: search.by, reason: "it is looked at again" };
  return { at: null, by: "a search", reason: "when that comes is not known: WEBSITE_TIME_ZONE is no IANA time zone" };
}

function workOf({ controlPlane, pools }: ClusterPlan): string {
  const plane = controlPlane ? [`control plane ${controlPlane.from} to ${controlPlane.to}`] : [];
  return [...plane, ...pools.map(poolWork)].join("; ");
}

function poolWork({ name, fromVersion, toVersion, fromImage, toImage }: PoolPlan): string {
  const changes = [
    ...(fromVersion === toVersion ? [] : [`${fromVersion} to ${toVersion}`]),
    ...(fromImage === toImage ? [] : [`${fromImage} to ${toImage}`]),
  ];
  return `pool ${name} ${changes.join(", ")}`;
}

function lastRunSentence({ id, by, outcome, reason, endedAt }: NonNullable<Why["lastRun"]>): string {
  const why = reason === null ? "" : `: ${reason}`;
  return `Run ${id}, started by ${by}, ended ${momentText(endedAt)}; the cluster was ${OUTCOMES[outcome]}${why}.`;
}

const OUTCOMES: Readonly<Record<NonNullable<Why["lastRun"]>["outcome"], string>> = {
  done: "upgraded",
  failed: "not upgraded, it failed",
  blocked: "not upgraded, it was blocked",
  cancelled: "not upgraded, the run was cancelled",
  skipped: "left alone",
};

/** A moment for people: `2026-11-22 01:00 UTC`. */
export function momentText(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
