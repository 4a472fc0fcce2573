import { describe, expect, it } from "vitest";
import { clusterStatusSchema, drainStatusSchema, poolStatusSchema, runStatusSchema } from "./run-status.ts";

const at = "2026-03-01T12:00:00Z";
const ring = { name: "dev", state: "running", waitingUntil: null, reason: null, skipped: { "dev-neu": "is stopped" } };
const drain = {
  state: "draining",
  podsTotal: 7,
  podsLeft: 2,
  waitingFor: [{ pod: "shop/cart-0", code: "PodDisruptionBudgetBlocks", message: "PDB shop/cart", since: at }],
  startedAt: at,
};

describe("custom status", () => {
  it.each([
    ["of a run", runStatusSchema, { phase: "upgrading ring dev", rings: [ring] }],
    [
      "of a cluster",
      clusterStatusSchema,
      { state: "queued", reason: "upgrade-1 is changing the cluster", startedAt: at },
    ],
    ["of a pool", poolStatusSchema, { state: "draining", replacement: "shopb", nodes: ["n1", "n2"] }],
    ["of a drain", drainStatusSchema, drain],
  ])("is read as it was written: %s", (_what, schema, value) => {
    expect(schema.parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
  });

  it.each([
    ["a ring in a state that there is not", runStatusSchema, { phase: "p", rings: [{ ...ring, state: "stuck" }] }],
    ["what another orchestration wrote", clusterStatusSchema, { phase: "p", rings: [] }],
    ["nodes that are no names", poolStatusSchema, { state: "draining", replacement: null, nodes: [1] }],
    ["half a pod", drainStatusSchema, { ...drain, podsLeft: 0.5 }],
    ["no status at all", drainStatusSchema, null],
  ])("is refused: %s", (_what, schema, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});
