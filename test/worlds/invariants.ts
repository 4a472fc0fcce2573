import { CHANGE_INVARIANTS } from "./invariants/changes.ts";
import { CLAIM_INVARIANTS } from "./invariants/claims.ts";
import { CLUSTER_INVARIANTS } from "./invariants/clusters.ts";
import { EVENT_INVARIANTS } from "./invariants/events.ts";
import type { Invariant } from "./invariants/invariant.ts";
import { RESTORE_INVARIANTS } from "./invariants/restores.ts";
import { RUN_INVARIANTS } from "./invariants/runs.ts";

/** Everything that must always hold. */
export const INVARIANTS: readonly Invariant[] = [
  ...CLUSTER_INVARIANTS,
  ...RUN_INVARIANTS,
  ...EVENT_INVARIANTS,
  ...CHANGE_INVARIANTS,
  ...CLAIM_INVARIANTS,
  ...RESTORE_INVARIANTS,
];
