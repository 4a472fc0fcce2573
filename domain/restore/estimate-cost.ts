import type { Finding } from "../finding.ts";
import type { Prices, ScratchPlan } from "./restore-plan.ts";

/** What scratch clusters of a run are thought to cost. */
export interface CostEstimate {
  readonly amount: number;
  readonly currency: string;
  /** False when the price table lacks the size of the nodes: the amount then leaves them out. */
  readonly isComplete: boolean;
}

/** Estimates clusters that live for so many hours each, by the prices of the plan. */
export function estimateCost(scratch: ScratchPlan, prices: Prices, hours: readonly number[]): CostEstimate {
  const node = prices.nodeHour[scratch.vmSize];
  const hour = prices.clusterHour + (node ?? 0) * scratch.nodeCount;
  const total = hours.reduce((sum, one) => sum + one, 0) * hour;
  return { amount: Math.round(total * 100) / 100, currency: prices.currency, isComplete: node !== undefined };
}

/** What of an estimate keeps a run from beginning, or should be known. */
export function costFindings(
  { amount, currency, isComplete }: CostEstimate,
  prices: Prices,
  vmSize: string,
): Finding[] {
  const about = { subject: "restoreTests.prices", cluster: null };
  const findings: Finding[] = [];
  if (!isComplete && prices.maxPerRun !== null) {
    const message = `the price table has no hour of ${vmSize}: whether the run stays within its limit cannot be told`;
    const remedy = "Add it to restoreTests.prices.nodeHour.";
    findings.push({ ...about, code: "PriceUnknown", severity: "blocker", message, evidence: [], remedy });
  }
  if (prices.maxPerRun !== null && amount > prices.maxPerRun) {
    const message = `the run would cost about ${amount} ${currency}; it may cost ${prices.maxPerRun}`;
    const remedy = "Test fewer clusters at once, or smaller ones, or raise the limit.";
    findings.push({ ...about, code: "CostLimit", severity: "blocker", message, evidence: [], remedy });
  }
  return findings;
}
