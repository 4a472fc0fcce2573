import { z } from "zod";
import { PROBE_CONTAINER } from "./probe-job.ts";

const stateSchema = z
  .object({
    running: z.object({}).nullish(),
    waiting: z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
    terminated: z.object({ exitCode: z.number() }).nullish(),
  })
  .nullish();

const podSchema = z.object({
  metadata: z.object({ name: z.string(), creationTimestamp: z.string().nullish() }),
  spec: z
    .object({
      nodeName: z.string().nullish(),
      volumes: z.array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() })).nullish(),
    })
    .nullish(),
  status: z
    .object({
      phase: z.string().nullish(),
      conditions: z.array(z.object({ type: z.string(), message: z.string().nullish() })).nullish(),
      containerStatuses: z.array(z.object({ name: z.string(), state: stateSchema })).nullish(),
    })
    .nullish(),
});
/** What of a pod a probe looks at. */
export type ProbePod = z.infer<typeof podSchema>;

/** A list of pods as the API server gives it. */
export const podListSchema = z.object({ items: z.array(podSchema).nullish() });

/** How a probe's pod stands: not begun (and why), running, or ended with a code. */
export type PodStand =
  | { readonly kind: "waiting"; readonly why: string }
  | { readonly kind: "running"; readonly pod: string }
  | { readonly kind: "ended"; readonly pod: string; readonly exitCode: number };

/** The stand of the newest of a Job's pods. */
export function standOf(pods: readonly ProbePod[]): PodStand {
  const [pod] = pods.toSorted((left, right) => (createdAt(left) < createdAt(right) ? 1 : -1));
  if (!pod) return { kind: "waiting", why: "it has no pod" };
  const { name } = pod.metadata;
  const state = pod.status?.containerStatuses?.find((container) => container.name === PROBE_CONTAINER)?.state;
  if (state?.terminated) return { kind: "ended", pod: name, exitCode: state.terminated.exitCode };
  if (state?.running) return { kind: "running", pod: name };
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled")?.message;
  const why = [state?.waiting?.reason, state?.waiting?.message ?? scheduled].filter((part) => part).join(": ");
  return { kind: "waiting", why: `its pod ${name} is ${why || (pod.status?.phase ?? "unknown")}` };
}

/** The node on which one of these claims is mounted already; null when none is. A disk is attached to one node only. */
export function nodeOfClaims(pods: readonly ProbePod[], claims: readonly string[]): string | null {
  const user = pods.find(
    ({ spec, status }) =>
      spec?.nodeName &&
      status?.phase !== "Succeeded" &&
      status?.phase !== "Failed" &&
      spec.volumes?.some(({ persistentVolumeClaim: claim }) => claim && claims.includes(claim.claimName)),
  );
  return user?.spec?.nodeName ?? null;
}

function createdAt({ metadata }: ProbePod): string {
  return metadata.creationTimestamp ?? "";
}
