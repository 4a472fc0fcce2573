import { z } from "zod";

/** What runs do, and the orchestration that is the root of each kind. */
export const RUN_KINDS = {
  upgrade: "upgrade",
  "restore-test": "restoreTest",
} as const;
export type RunKind = keyof typeof RUN_KINDS;
export const runKindSchema = z.enum(Object.keys(RUN_KINDS) as [RunKind, ...RunKind[]]);
