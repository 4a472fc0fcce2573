import type { ClusterView, RingView, UpgradeRunView } from "./api/upgrade-view.ts";
import { type Gate, pauseOf } from "./run-control.ts";
import { momentText, type Stand } from "./why.ts";

/** States of a cluster in which a run changes it, or looks into it to do so. */
const CHANGING: ReadonlySet<ClusterView["state"]> = new Set(["preflight", "upgrading", "proving"]);
/** States in which its turn is still to come. */
const TO_COME: ReadonlySet<ClusterView["state"]> = new Set(["pending", "queued", "waiting"]);

/** How a run under way holds a cluster; null when it does not have it, or is done with it and asks nothing about it. */
export function heldBy(run: UpgradeRunView, cluster: string): Stand | null {
  const index = run.rings.findIndex(({ clusters }) => clusters.some(({ name }) => name === cluster));
  const ring = run.rings[index];
  const view = ring?.clusters.find(({ name }) => name === cluster);
  if (!ring || !view) return null;
  const rings = run.rings.slice(0, index + 1).map(({ name }) => name);
  const gate = run.gates.find((open) => open.ring !== null && rings.includes(open.ring));
  const isToCome = TO_COME.has(view.state);
  if (CHANGING.has(view.state)) return changing(run, view);
  if (gate && (isToCome || gate.kind === "halt")) return asked(run, gate);
  return isToCome ? toCome(run, index, view) : null;
}

function changing(run: UpgradeRunView, { state, reason, startedAt }: ClusterView): Stand {
  const pause = pauseOf(run);
  const since = startedAt === null ? "" : ` since ${momentText(startedAt)}`;
  const how = `${state}${reason === null ? "" : `, ${reason}`}`;
  const sentences = [`Run ${run.id} has it in hand${since} (${how}).`];
  if (pause) return paused(run, sentences);
  return { standing: "in-progress", sentences, next: { at: null, by: run.id, reason: "the run goes on with it" } };
}

function asked(run: UpgradeRunView, { id, kind, question, expiresAt, unanswered, options }: Gate): Stand {
  const how = options.map((option) => `drydock ${option} ${run.id} --gate ${id}`).join(" or ");
  const sentences = [
    `Run ${run.id} waits for an answer: ${question}`,
    `To do: ${how}, before ${momentText(expiresAt)}; without an answer, ${unanswered}.`,
  ];
  const next = { at: null, by: "a person", reason: `gate ${id} of run ${run.id} is to be answered` };
  return { standing: kind === "halt" ? "blocked" : "waiting", sentences, next };
}

function paused(run: UpgradeRunView, sentences: readonly string[]): Stand {
  const pause = pauseOf(run);
  const said = `Run ${run.id} is paused by ${pause?.by ?? "somebody"}: ${pause?.reason ?? ""}.`;
  const next = { at: null, by: "a person", reason: `drydock resume ${run.id} lets it go on` };
  return { standing: "waiting", sentences: [said, ...sentences], next };
}

function toCome(run: UpgradeRunView, index: number, { state, reason }: ClusterView): Stand {
  if (pauseOf(run)) return paused(run, []);
  const wait = (sentence: string, at: string | null, why: string): Stand => ({
    standing: "waiting",
    sentences: [sentence],
    next: { at, by: run.id, reason: why },
  });
  const before = run.rings.slice(0, index).find(isUnderWay);
  if (before)
    return wait(`Run ${run.id} comes to it after ring ${ringText(before)}.`, null, `after ring ${before.name}`);
  if (state === "queued")
    return wait(`Run ${run.id} waits for it: ${reason ?? "another run has it"}.`, null, reason ?? "");
  const ring = run.rings[index];
  const { waitingUntil = null } = ring ?? {};
  if (ring && waitingUntil !== null) {
    const why = reason ?? ring.reason ?? "the ring waits";
    return wait(`Run ${run.id} has it and waits until ${momentText(waitingUntil)}: ${why}.`, waitingUntil, why);
  }
  return wait(`Run ${run.id} comes to it when it is its turn in its ring.`, null, "after the clusters before it");
}

/** A ring that the run has to be done with first. */
function isUnderWay({ state }: RingView): boolean {
  return !["done", "failed", "skipped"].includes(state);
}

function ringText({ name, state, waitingUntil }: RingView): string {
  return `${name} (${state}${waitingUntil === null ? "" : ` until ${momentText(waitingUntil)}`})`;
}
