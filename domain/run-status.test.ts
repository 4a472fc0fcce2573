import { describe, expect, it } from "vitest";
import {
  clusterStatusSchema,
  drainStatusSchema,
  laneStatusSchema,
  poolStatusSchema,
  ringStatusSchema,
  runStatusSchema,
} from "./run-status.ts";

const at = "2026-03-01T12:00:00Z";
const ring = {
  state: "running",
  waitingUntil: null,
  reason: null,
  declined: "declined by ada: not in December",
  attempts: { "dev-weu": 2 },
  lanes: ["upgrade-1*dev*1*0"],
};
const drain = {
  state: "draining",
  podsTotal: 7,
  podsLeft: 2,
  waitingFor: [{ pod: "shop/cart-0", code: "PodDisruptionBudgetBlocks", message: "PDB shop/cart", since: at }],
  startedAt: at,
};

describe("custom status", () => {
  it.each([
    ["of a run", runStatusSchema, { phase: "upgrading ring dev" }],
    ["of a ring", ringStatusSchema, ring],
    ["of a lane that waits", laneStatusSchema, { waiting: { reason: "outside of the window", until: at } }],
    ["of a lane that does not", laneStatusSchema, { waiting: null }],
    [
      "of a cluster",
      clusterStatusSchema,
      { state: "queued", reason: "upgrade-1 is changing the cluster", startedAt: at, controlPlane: "pending" },
    ],
    [
      "of a pool",
      poolStatusSchema,
      { state: "draining", replacement: "shopb", nodes: ["n1", "n2"], waitingFor: "the run is paused" },
    ],
    ["of a drain", drainStatusSchema, drain],
  ])("is read as it was written: %s", (_what, schema, value) => {
    expect(schema.parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
  });

  it.each([
    ["a ring in a state that there is not", ringStatusSchema, { ...ring, state: "stuck" }],
    ["a cluster tried half a time", ringStatusSchema, { ...ring, attempts: { a: 0.5 } }],
    ["a lane that says nothing", laneStatusSchema, {}],
    ["what another orchestration wrote", clusterStatusSchema, { phase: "p" }],
    [
      "nodes that are no names",
      poolStatusSchema,
      { state: "draining", replacement: null, nodes: [1], waitingFor: null },
    ],
    ["half a pod", drainStatusSchema, { ...drain, podsLeft: 0.5 }],
    ["no status at all", drainStatusSchema, null],
  ])("is refused: %s", (_what, schema, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});
