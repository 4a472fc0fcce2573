import { z } from "zod";

/** What was done about a pod that blocked, and what came of it. */
export const remedyRecordSchema = z
  .object({
    do: z.enum(["scaleUpOwner", "restartOwner", "askToDelete"]),
    /** namespace/kind/name of the owner, or namespace/name of the pod. */
    target: z.string(),
    /** namespace/name of the pods that it was for. */
    pods: z.array(z.string()),
    /** What blocked. */
    reason: z.string(),
    outcome: z.enum(["done", "already", "passed", "asked", "approved", "declined", "unanswered"]),
    /** Why it was not done, or who answered. */
    detail: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .meta({ id: "RemedyRecord" });
export type RemedyRecord = z.infer<typeof remedyRecordSchema>;

const WORDS: Readonly<Record<RemedyRecord["do"], string>> = {
  scaleUpOwner: "scaling up",
  restartOwner: "restarting",
  askToDelete: "asking to delete",
};

const OUTCOMES: Readonly<Record<RemedyRecord["outcome"], string>> = {
  done: "done",
  already: "done before",
  passed: "not done",
  asked: "asked",
  approved: "approved, deleted",
  declined: "declined",
  unanswered: "nobody answered",
};

/** A remedy in one line. */
export function remedyText({ do: what, target, outcome, detail }: RemedyRecord): string {
  return `${WORDS[what]} ${target}: ${OUTCOMES[outcome]}${detail === null ? "" : ` (${detail})`}`;
}

/** Whether something was done that may free the pods, or may yet be. */
export function isAtWork({ outcome }: RemedyRecord): boolean {
  return outcome === "done" || outcome === "already" || outcome === "asked" || outcome === "approved";
}
