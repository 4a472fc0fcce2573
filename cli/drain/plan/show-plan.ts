import type { KubernetesTransport } from "../../../adapters/kubernetes/drain/transport.ts";
import type { DrainEnvironment } from "../drain.ts";
import type { DrainFlags } from "../drain-flags.ts";

/** Says what would block (being written). */
export async function showPlan(
  _t: KubernetesTransport,
  _n: readonly string[],
  _f: DrainFlags,
  _p: DrainEnvironment,
): Promise<number> {
  return 0;
}
