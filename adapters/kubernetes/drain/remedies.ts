import * as z from "zod/mini";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import { refusal } from "./api-failure.ts";
import type { KubernetesTransport } from "./transport.ts";

/** Annotations by which a remedy is known to be ours, with the id of the run, and undone by whoever finds them. */
export const SCALED_BY = "drydock.dev/scaled-up-by";
const SCALED_FROM = "drydock.dev/scaled-up-from";
const RESTARTED_BY = "drydock.dev/restarted-by";
/** What `kubectl rollout restart` sets on the pod template. */
const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

const MERGE_PATCH = "application/merge-patch+json";
const CONFLICT_TRIES = 5;

const PATHS: Readonly<Record<string, string>> = { Deployment: "deployments", StatefulSet: "statefulsets" };

const workloadShape = z.object({
  metadata: z.object({
    resourceVersion: z.optional(z.string()),
    annotations: z.optional(z.nullable(z.record(z.string(), z.string()))),
  }),
  spec: z.object({ replicas: z.optional(z.number()) }),
});

/** What a remedy came to: it was done now, it is done already, or it does not apply, and why. */
export type RemedyOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "already" }
  | { readonly kind: "passed"; readonly reason: string };

interface Workload {
  readonly version: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly replicas: number;
}

/** Nothing to change, or what to change. */
type Change = RemedyOutcome | { readonly kind: "change"; readonly annotations: object; readonly spec?: object };

/**
 * Adds one replica to a Deployment or StatefulSet (`namespace/kind/name`) for the time of a drain; who and from how many is kept
 * in annotations, in the same change. Doing it again does nothing. Rejects with DrydockError.
 */
export function scaleUpOwner(transport: KubernetesTransport, target: string, runId: string): Promise<RemedyOutcome> {
  return change(transport, target, ({ annotations, replicas }) => {
    const by = annotations[SCALED_BY];
    if (by === runId) return { kind: "already" };
    if (by !== undefined) return { kind: "passed", reason: `run ${by} has scaled it up` };
    if (replicas === 0) return { kind: "passed", reason: "it is scaled to none on purpose" };
    return {
      kind: "change",
      annotations: { [SCALED_BY]: runId, [SCALED_FROM]: String(replicas) },
      spec: { replicas: replicas + 1 },
    };
  });
}

/**
 * Takes the replica of a run back. Where somebody else has changed the number since (a person, an autoscaler), it stays as it
 * is, and only the annotations go. Undoing it again does nothing. Rejects with DrydockError.
 */
export function undoScaleUp(transport: KubernetesTransport, target: string, runId: string): Promise<RemedyOutcome> {
  return change(transport, target, ({ annotations, replicas }) => {
    if (annotations[SCALED_BY] !== runId) return { kind: "already" };
    const before = Number(annotations[SCALED_FROM]);
    const isOurs = Number.isInteger(before) && replicas === before + 1;
    return {
      kind: "change",
      annotations: { [SCALED_BY]: null, [SCALED_FROM]: null },
      ...(isOurs ? { spec: { replicas: before } } : {}),
    };
  });
}

/**
 * Restarts the rollout of a Deployment or StatefulSet, as `kubectl rollout restart` does, once for a run. There is nothing to
 * undo. Rejects with DrydockError.
 *
 * @param at the instant of the restart, ISO 8601
 */
export function restartOwner(
  transport: KubernetesTransport,
  target: string,
  { runId, at }: { readonly runId: string; readonly at: string },
): Promise<RemedyOutcome> {
  return change(transport, target, ({ annotations }) =>
    annotations[RESTARTED_BY] === runId
      ? { kind: "already" }
      : {
          kind: "change",
          annotations: { [RESTARTED_BY]: runId },
          spec: { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } },
        },
  );
}

/** Reads a workload and changes what is decided on what was read, under its resourceVersion; anew when it changed meanwhile. */
async function change(
  transport: KubernetesTransport,
  target: string,
  decide: (workload: Workload) => Change,
): Promise<RemedyOutcome> {
  const path = pathOf(target);
  for (let attempt = 1; ; attempt += 1) {
    const read = await transport.ask({ method: "GET", path });
    if (read.status === 404) return { kind: "passed", reason: "it is not there any more" };
    if (read.status !== 200) throw refusal(read, `read ${target}`);
    const workload = workloadOf(read.text);
    const decided = decide(workload);
    if (decided.kind !== "change") return decided;
    const { annotations, spec } = decided;
    const metadata = { resourceVersion: workload.version, annotations };
    const body = { metadata, ...(spec ? { spec } : {}) };
    const answer = await transport.ask({ method: "PATCH", path, contentType: MERGE_PATCH, body });
    if (answer.status === 200) return { kind: "done" };
    if (answer.status !== 409 || attempt === CONFLICT_TRIES) throw refusal(answer, `change ${target}`);
  }
}

function workloadOf(text: string): Workload {
  const { metadata, spec } = workloadShape.parse(JSON.parse(text));
  return { version: metadata.resourceVersion, annotations: metadata.annotations ?? {}, replicas: spec.replicas ?? 1 };
}

function pathOf(target: string): string {
  const [namespace = "", kind = "", name = ""] = target.split("/");
  const plural = PATHS[kind];
  if (plural === undefined) throw new DrydockError(terminal("Invalid", `${target} has no replicas to change`));
  return `/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`;
}
