import type { DrainPolicy } from "../fleet-config.ts";
import { classifyPod } from "./classify.ts";
import type { DrainRules, WorkloadRule } from "./drain-policy.ts";
import { isSelected, type PodFacts } from "./facts.ts";
import { parseLabelSelector } from "./label-selector.ts";
import type { PodJudge, PodVerdict } from "./pod-verdict.ts";

const MINUTE_MS = 60_000;

/** What a policy is applied to. */
export interface PolicyContext {
  readonly policy: Pick<DrainPolicy, "barePods" | "emptyDir">;
  readonly rules: DrainRules;
  /** When the drain of the node began; holds are bounded from then. */
  readonly startedMs: number;
  readonly now: () => number;
}

/**
 * Judges pods by policy: what never goes is left, what a rule skips too, what lacks consent stops the drain; then come the
 * application's own hold and the wait for a completion, each only as long as the policy bears. A hold that cannot be read
 * counts until its bound (fail closed).
 */
export function judgeByPolicy({ policy, rules, startedMs, now }: PolicyContext): PodJudge {
  return (pod) => {
    const verdict = classifyPod(pod, policy);
    if (verdict.kind === "leave") return verdict;
    const rule = ruleFor(pod, rules.workloads);
    if (rule?.action === "skip") return { kind: "leave", reason: "policy" };
    if (verdict.kind !== "evict") return verdict;
    const order = rule?.order ?? 0;
    return (
      ownHold(pod, { latestMs: startedMs + rules.longestHoldMinutes * MINUTE_MS, nowMs: now(), order }) ??
      completion(rule, { startedMs, nowMs: now(), order }) ?? { kind: "evict", order }
    );
  };
}

/** The first rule that a pod falls under. */
export function ruleFor(pod: PodFacts, rules: readonly WorkloadRule[]): WorkloadRule | undefined {
  return rules.find(({ namespace, selector }) => {
    const parsed = parseLabelSelector(selector);
    return (namespace ?? pod.namespace) === pod.namespace && parsed !== undefined && isSelected(pod.labels, parsed);
  });
}

function ownHold(
  { holdUntil }: PodFacts,
  { latestMs, nowMs, order }: { readonly latestMs: number; readonly nowMs: number; readonly order: number },
): PodVerdict | undefined {
  if (holdUntil === null) return undefined;
  const wishedMs = isInstant(holdUntil) ? Date.parse(holdUntil) : Number.POSITIVE_INFINITY;
  const untilMs = Math.min(wishedMs, latestMs);
  if (untilMs <= nowMs) return undefined;
  const until = new Date(untilMs).toISOString();
  const said = Number.isFinite(wishedMs) ? "" : ` (its wish "${holdUntil.slice(0, 40)}" is no instant)`;
  return { kind: "hold", code: "OnHold", message: `asks to be left alone until ${until}${said}`, until, order };
}

/** RFC 3339: a date, a time and an offset. */
function isInstant(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
  );
}

function completion(
  rule: WorkloadRule | undefined,
  { startedMs, nowMs, order }: { readonly startedMs: number; readonly nowMs: number; readonly order: number },
): PodVerdict | undefined {
  if (rule?.action !== "waitForCompletion") return undefined;
  const untilMs = startedMs + rule.longestMinutes * MINUTE_MS;
  if (untilMs <= nowMs) return undefined;
  const until = new Date(untilMs).toISOString();
  const message = `is waited for until it completes, at most until ${until}`;
  return { kind: "hold", code: "WaitsForCompletion", message, until, order };
}
