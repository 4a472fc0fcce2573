import { z } from "zod";
import { parseLabelSelector } from "./label-selector.ts";
import type { BlockerCode } from "./pod-verdict.ts";

const selectorSchema = z
  .string()
  .refine((text) => parseLabelSelector(text) !== undefined, "expected a label selector, such as app=cart,tier!=web");

/** What is done with the pods of some workloads; the first rule that fits a pod decides. */
const workloadRuleSchema = z.strictObject({
  /** Only pods of this namespace; of every namespace without it. */
  namespace: z.string().min(1).optional(),
  selector: selectorSchema,
  action: z.enum(["drain", "skip", "waitForCompletion"]).default("drain"),
  /** Pods of a lower order go first. */
  order: z.int().min(-1000).max(1000).default(0),
  /** Longest that a completion is waited for, from the beginning of the node's drain. */
  longestMinutes: z.number().positive().max(10_080).default(240),
});
export type WorkloadRule = z.infer<typeof workloadRuleSchema>;

/** What may be done about a pod that blocks, and after how long. */
const remedySchema = z.strictObject({
  /** The reasons that it is for. */
  when: z
    .array(
      z.enum([
        "PodDisruptionBudgetBlocks",
        "StuckTerminating",
        "BarePod",
        "EmptyDirData",
        "TwoBudgets",
        "EvictionRefused",
      ] satisfies BlockerCode[]),
    )
    .min(1)
    .default(["PodDisruptionBudgetBlocks"]),
  do: z.enum(["wait", "scaleUpOwner", "restartOwner", "askToDelete", "giveUp"]),
  /** How long the pod has blocked by then. */
  afterMinutes: z.number().min(0).max(1_440).default(5),
});
export type Remedy = z.infer<typeof remedySchema>;

/** How the nodes of a pool are drained, beyond what may go at all. */
export const drainRulesSchema = z.strictObject({
  workloads: z.array(workloadRuleSchema).default([]),
  /** How long an application may ask to be left alone (drydock.dev/hold-until), from the beginning of the node's drain. */
  longestHoldMinutes: z.number().min(0).max(10_080).default(240),
  /** Longest that all nodes of a pool may take together; null without a limit of its own. */
  poolTimeoutMinutes: z.number().positive().max(10_080).nullable().default(null),
  /**
   * What becomes of a pool when one of its nodes could not be drained: all of it is undone; or that node stays cordoned, or takes
   * pods again, while the others go on, and the pool stays with what was not drained.
   */
  onFailure: z.enum(["undo", "keepAside", "continue"]).default("undo"),
  /** Each is tried once for an owner or a pod, in this order. */
  remedies: z.array(remedySchema).default([]),
});
export type DrainRules = z.infer<typeof drainRulesSchema>;
