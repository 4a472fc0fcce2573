import { podKey } from "../facts.ts";
import {
  budgetAllowsNoneNow,
  budgetNeverAllows,
  guarded,
  spareOf,
  twoBudgets,
  unreadableBudgets,
} from "./budget-rules.ts";
import type { ForecastFacts, ForecastFinding, ForecastPod, ForecastRule } from "./forecast-rule.ts";
import { findsNoPlace } from "./placement-rules.ts";
import { longGrace, objections, stuckTerminating } from "./pod-rules.ts";

/** How the drain of one node would go. */
export interface NodeForecast {
  readonly node: string;
  readonly verdict: "READY" | "NOT READY" | "CANNOT TELL";
  /** Pods that would have to go. */
  readonly pods: number;
  /** Rounds of evictions that the budgets make of them; null when they never allow it. */
  readonly waves: number | null;
  /** The least time that these rounds take, by how fast such pods have started before; null when that cannot be told. */
  readonly leastSeconds: number | null;
  readonly findings: readonly ForecastFinding[];
}

/** All rules, in the order in which their findings are listed. */
const RULES: readonly ForecastRule[] = [
  objections,
  twoBudgets,
  budgetNeverAllows,
  budgetAllowsNoneNow,
  unreadableBudgets,
  findsNoPlace,
  stuckTerminating,
  longGrace,
];

/** Says for each node whether a drain of it would end, what would stop it and what to do about that. */
export function forecastDrain(facts: ForecastFacts): NodeForecast[] {
  return facts.nodes.map((node) => {
    const going = facts.pods.filter((pod) => pod.nodeName === node && facts.judge(pod).kind !== "leave");
    const findings = RULES.flatMap((rule) => rule(facts, node, going));
    const verdict = findings.some(({ weight }) => weight === "blocks")
      ? "NOT READY"
      : findings.some(({ weight }) => weight === "unsure")
        ? "CANNOT TELL"
        : "READY";
    return { node, verdict, pods: going.length, ...roundsOf(facts, going), findings };
  });
}

/** Rounds and their least time: of each budget's pods as many go at a time as it spares, and the next when those are ready anew. */
function roundsOf(
  { budgets, pods }: ForecastFacts,
  going: readonly ForecastPod[],
): Pick<NodeForecast, "waves" | "leastSeconds"> {
  let waves = going.length === 0 ? 0 : 1;
  let leastSeconds: number | null = 0;
  for (const { budget, pods: own } of guarded(budgets ?? [], going)) {
    const spare = spareOf(budget);
    if (spare === 0) return { waves: null, leastSeconds: null };
    const rounds = Math.ceil(own.length / spare);
    waves = Math.max(waves, rounds);
    if (rounds < 2) continue;
    const kin = pods.filter((pod) => own.some((one) => ownerKey(one) === ownerKey(pod)));
    const starts = kin.flatMap(({ startSeconds }) => (startSeconds === null ? [] : [startSeconds]));
    if (starts.length === 0) leastSeconds = null;
    else if (leastSeconds !== null) leastSeconds = Math.max(leastSeconds, (rounds - 1) * Math.min(...starts));
  }
  return { waves, leastSeconds };
}

function ownerKey(pod: ForecastPod): string {
  return pod.owner === null ? podKey(pod) : `${pod.namespace}/${pod.owner.kind}/${pod.owner.name}`;
}
