import { z } from "zod";

/** What may be done by itself, what a person approves first, what is only told, and what is never done. */
export const upgradePolicySchema = z.strictObject({
  /** New node images of the version that a pool has. */
  nodeImage: z.enum(["auto", "approve", "notify"]).default("auto"),
  /** A newer patch of the same minor version of Kubernetes. */
  patch: z.enum(["auto", "approve", "notify"]).default("notify"),
  /** The next minor version of Kubernetes; "never" pins it on purpose. */
  minor: z.enum(["approve", "notify", "never"]).default("notify"),
});
export type UpgradePolicy = z.infer<typeof upgradePolicySchema>;

/** What a policy may say of a kind of change. */
export type PolicyWord = UpgradePolicy[keyof UpgradePolicy];

/** How many clusters of a ring may fail before it halts: a count, or a share of the ring as "10%". */
export const failureBudgetSchema = z.union([
  z.int().min(0),
  z.string().regex(/^(100|[1-9]?\d)%$/, 'expected a count, or a share such as "10%"'),
]);
export type FailureBudget = z.infer<typeof failureBudgetSchema>;

/** The number of clusters that may fail in a ring of a size. A share is rounded down: better to halt early. */
export function allowedFailures(budget: FailureBudget, clusters: number): number {
  if (typeof budget === "number") return budget;
  return Math.floor((Number.parseInt(budget, 10) * clusters) / 100);
}

/** What a ring asks for before the next one begins. */
interface SuccessPolicy {
  readonly failureBudget: FailureBudget;
  readonly successRatePercent?: number | undefined;
}

/**
 * What a ring lacks before the next one may begin, in words; null when nothing. A share that fleet.yaml asks for has to be
 * reached. Without one the failure budget says it all: where no cluster may fail, all have to be done; where some may, one that
 * is done shows that the upgrade works.
 *
 * @param clusters all of the ring
 */
export function missingSuccess(
  { failureBudget, successRatePercent }: SuccessPolicy,
  { done, begun, clusters }: { readonly done: number; readonly begun: number; readonly clusters: number },
): string | null {
  const mayFail = allowedFailures(failureBudget, clusters) > 0;
  const asked = successRatePercent ?? (mayFail ? null : 100);
  const rate = begun > 0 ? (100 * done) / begun : 100;
  if (asked === null) return begun > 0 && done === 0 ? `none of ${begun} clusters is done` : null;
  return rate < asked ? `${done} of ${begun} clusters are done, ${asked} % are asked for` : null;
}
