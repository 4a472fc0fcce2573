import type { BoardSeat } from "../../preflight/placement/board.ts";
import { placePods, type Unplaced } from "../../preflight/placement/place-pods.ts";
import type { NodeCapacity } from "../../preflight/placement/scheduling-facts.ts";
import { podKey } from "../facts.ts";
import type { ForecastFacts, ForecastFinding, ForecastRule } from "./forecast-rule.ts";

/** Whether what runs on the node finds a place on the nodes that stay, all drained nodes being closed. */
export const findsNoPlace: ForecastRule = (facts, node, going) => {
  // Nobody makes a bare pod again, and a Job's pod may be the last of its kind.
  const moving = going.filter(
    ({ owner, deletionAt, phase }) => owner !== null && deletionAt === null && isAlive(phase),
  );
  if (moving.length === 0) return [];
  const leaving = new Set(moving.map(podKey));
  const staying = facts.pods.filter((pod) => pod.nodeName !== "" && isAlive(pod.phase) && !leaving.has(podKey(pod)));
  const seats = facts.capacities.map((capacity) => seatOf(capacity, facts));
  const answer = placePods({ moving, setup: { seats, staying, volumes: facts.volumes ?? [] }, extra: [] });
  switch (answer.kind) {
    case "fits":
      return facts.volumes === null ? unknownVolumes(facts, node, going) : [];
    case "never":
      return answer.pods.map((unplaced) => finding("PodFitsNowhere", "blocks", unplaced));
    case "short":
      return [
        {
          code: "CapacityShort",
          weight: "blocks",
          subject: node,
          message: `its pods ask for more ${answer.resource} than the other nodes have free`,
          evidence: [
            `needed ${answer.needed}`,
            `free ${answer.free}${answer.resource === "cpu" ? " (millicores)" : ""}`,
          ],
          remedy: "Add nodes first, or drain when there is room. A cluster autoscaler may add them during the drain.",
        },
      ];
    case "unsure":
      return answer.pods.map((unplaced) => finding("PlacementUnsure", "unsure", unplaced));
  }
};

function finding(code: string, weight: "blocks" | "unsure", { pod, reasons }: Unplaced): ForecastFinding {
  return {
    code,
    weight,
    subject: podKey(pod),
    message:
      weight === "blocks"
        ? `no node that stays can take pod ${podKey(pod)}`
        : `no place was found for pod ${podKey(pod)}; there may be one`,
    evidence: reasons,
    remedy: "Add a node that it can go to, or change what it asks for (requests, selector, affinity, volume).",
  };
}

function unknownVolumes(
  { pods }: ForecastFacts,
  node: string,
  going: readonly { readonly name: string }[],
): ForecastFinding[] {
  const names = new Set(going.map(({ name }) => name));
  const bound = pods.filter((pod) => pod.nodeName === node && names.has(pod.name) && pod.scheduling.claims.length > 0);
  return bound.map((pod) => ({
    code: "VolumesUnreadable",
    weight: "unsure",
    subject: podKey(pod),
    message: `whether another node reaches the volumes of pod ${podKey(pod)} cannot be told`,
    evidence: pod.scheduling.claims.map((claim) => `claim ${claim}`),
    remedy: "Grant list on persistentvolumes.",
  }));
}

function isAlive(phase: string): boolean {
  return phase !== "Succeeded" && phase !== "Failed";
}

function seatOf(node: NodeCapacity, { nodes }: ForecastFacts): BoardSeat {
  return {
    name: node.name,
    labels: node.labels,
    unknownLabels: new Set(),
    taints: node.taints,
    unschedulable: node.unschedulable || !node.ready || nodes.includes(node.name),
    allocatable: node.allocatable,
    reserved: {},
  };
}
