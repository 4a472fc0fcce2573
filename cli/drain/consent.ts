import type { DrainConsent } from "../../domain/drain/kubectl-filters.ts";
import type { DrainFlags } from "./drain-flags.ts";

/** What the flags consent to. */
export function consentOf(flags: DrainFlags): DrainConsent {
  return {
    force: flags.force,
    ignoreDaemonSets: flags.ignoreDaemonsets,
    deleteEmptyDirData: flags.deleteEmptydirData,
    skipWaitForDeleteSeconds: flags.skipWaitForDeleteTimeout,
  };
}
