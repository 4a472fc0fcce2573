import type { NodeView } from "../api/upgrade-view.ts";
import { heldView } from "../drain/held-pod.ts";
import type { RollNode } from "./roll-progress.ts";

/** A node of a pool that AKS rolls, as people see it. */
export function nodeView({ name, state, podsTotal, podsLeft, held, startedAt, endedAt }: RollNode): NodeView {
  return {
    name,
    state: shown(state),
    podsTotal,
    podsLeft,
    waitingFor: held.map(heldView),
    startedAt,
    endedAt,
  };
}

function shown(state: RollNode["state"]): NodeView["state"] {
  switch (state) {
    case "waiting":
    case "draining":
    case "upgraded":
      return state;
    case "gone":
      return "upgraded";
    case "quarantined":
    case "left":
      return "failed";
  }
}
