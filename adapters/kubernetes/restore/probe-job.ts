import { createHash } from "node:crypto";
import { RUN_TAG } from "../../../domain/long-operation.ts";
import type { Probe } from "../../../domain/restore/probe.ts";

/** Kubernetes ends a probe that nobody looks at any more; before that its run does, which reads its log first. */
const SPARE_SECONDS = 600;
/** Name of the container that asks. */
export const PROBE_CONTAINER = "probe";

/** A probe of a run, in the scratch cluster. */
export interface ProbeAsked {
  readonly runId: string;
  /** Whose backup is tested: a name of the fleet. Several tests may share a scratch cluster. */
  readonly cluster: string;
  readonly probe: Probe;
  /** Where it is asked: the probe's namespace, as it is called in the scratch cluster. */
  readonly namespace: string;
}

/** The name of a probe's Job: the same for the same run, cluster and probe, so that making it twice makes it once. */
export function probeJobName({ runId, cluster, probe, namespace }: ProbeAsked): string {
  const key = createHash("sha256").update([runId, cluster, namespace, probe.name].join("\n")).digest("hex");
  return `probe-${probe.name}-${key.slice(0, 10)}`;
}

/** What runs of a probe: that of a Job or of a search for the newest data; undefined for a call to a service. */
export function containerOf({ job, freshness }: Probe) {
  return job ?? freshness;
}

/**
 * The Job of a probe: tried once, with no rights but those of a service account that the plan names, and claims mounted for
 * reading only.
 *
 * @param node where it has to run, because a disk that it reads is attached there; null for anywhere
 */
export function probeJob(
  asked: ProbeAsked,
  container: NonNullable<ReturnType<typeof containerOf>>,
  node: string | null,
) {
  const { runId, namespace, probe } = asked;
  const { image, command, env, serviceAccount, claims } = container;
  const labels = { "app.kubernetes.io/managed-by": "drydock", [RUN_TAG]: runId.slice(0, 63) };
  const mounts = Object.entries(claims).map(([claimName, mountPath], index) => ({
    mount: { name: `claim-${index}`, mountPath, readOnly: true },
    volume: { name: `claim-${index}`, persistentVolumeClaim: { claimName, readOnly: true } },
  }));
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: probeJobName(asked), namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(probe.timeoutMinutes * 60) + SPARE_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          ...(serviceAccount ? { serviceAccountName: serviceAccount } : { automountServiceAccountToken: false }),
          ...(node === null ? {} : { affinity: onNode(node) }),
          containers: [
            {
              name: PROBE_CONTAINER,
              image,
              ...(command ? { command } : {}),
              env: Object.entries(env).map(([name, value]) => ({ name, value })),
              securityContext: { allowPrivilegeEscalation: false },
              volumeMounts: mounts.map(({ mount }) => mount),
            },
          ],
          volumes: mounts.map(({ volume }) => volume),
        },
      },
    },
  };
}

/** As DaemonSets say it; a node's name and its host name label may differ. */
function onNode(node: string) {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] }];
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
  };
}
