import type { KubernetesTransport } from "../drain/transport.ts";
import { clusterApi } from "./cluster-api.ts";
import { pollProbeCall } from "./probe-calls.ts";
import type { ProbeAsked } from "./probe-job.ts";
import type { ProbeProgress } from "./probe-progress.ts";
import { beginProbeRun, pollProbeRun, removeProbeRun } from "./probe-runs.ts";

/** When a probe began, and what time it is. Milliseconds since 1970. */
export interface ProbeTimes {
  readonly begunMs: number;
  readonly nowMs: number;
}

/** Asks probes of a scratch cluster. */
export interface Probes {
  /** Begins a probe, or finds it begun: a Job is made, a call waits for `poll`. Throws DrydockError. */
  begin(asked: ProbeAsked): Promise<void>;
  /**
   * Looks at a probe. One that has not ended in its time is ended: its log is read, its Job and pod are deleted. Throws
   * DrydockError when the cluster could not be asked.
   */
  poll(asked: ProbeAsked, times: ProbeTimes): Promise<ProbeProgress>;
  /** Takes a probe's Job and pod away; what is not there is gone. Throws DrydockError. */
  remove(asked: ProbeAsked): Promise<void>;
}

/** The probes of the scratch cluster of that name; nothing is sent yet. */
export function openProbes(name: string, transport: KubernetesTransport): Probes {
  const api = clusterApi(name, transport);
  return {
    begin: (asked) => beginProbeRun(api, asked),
    poll(asked, { begunMs, nowMs }) {
      const isOverdue = nowMs - begunMs >= asked.probe.timeoutMinutes * 60_000;
      return asked.probe.http ? pollProbeCall(api, asked, isOverdue) : pollProbeRun(api, asked, isOverdue);
    },
    remove: (asked) => removeProbeRun(api, asked),
  };
}
