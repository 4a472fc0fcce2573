import type { BlockerView } from "../api/upgrade-view.ts";
import type { Blocker } from "./plan-evictions.ts";

/** A pod that a drain waits for, and since when. */
export type HeldPod = Pick<Blocker, "pod" | "node" | "owner" | "code" | "message" | "permanent"> & {
  readonly since: string;
};

/** Takes note of what blocks now; a pod held for the same reason as before has been held since then. */
export function heldPods(before: readonly HeldPod[], blockers: readonly Blocker[], at: string): HeldPod[] {
  const since = new Map(before.map((held) => [`${held.pod} ${held.code}`, held.since]));
  return blockers.map(({ pod, node, owner, code, message, permanent }) => ({
    ...{ pod, node, owner, code, message, permanent },
    since: since.get(`${pod} ${code}`) ?? at,
  }));
}

/** A held pod as people see it. */
export function heldView({ pod, code, message, owner, since }: HeldPod): BlockerView {
  return { pod, code, message: owner === null ? message : `${message}; owner ${owner}`, since };
}

/** A held pod in one line of evidence. */
export function heldText(held: HeldPod): string {
  const { pod, code, message, since } = heldView(held);
  return `${pod}: ${code}: ${message}, since ${since}`;
}

/** What is waited for on purpose: it is no lack of progress. */
const ON_PURPOSE: ReadonlySet<HeldPod["code"]> = new Set(["OnHold", "WaitsForCompletion", "WaitsForOrder"]);

/** Whether a pod is held by something that nobody asked for. */
export function isObstacle({ code }: Pick<HeldPod, "code">): boolean {
  return !ON_PURPOSE.has(code);
}
