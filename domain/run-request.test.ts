import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPERATION_STEPS, runIds, runRequestSchema } from "./run-request.ts";

const request = {
  kind: "upgrade",
  trigger: { by: "alex", reason: "CVE-2026-1", event: null },
  targets: ["dev-weu"],
  facts: null,
  scope: "minor",
  plan: null,
};

describe("a request for a run", () => {
  it.each([
    ["by a person, for one cluster", request],
    ["for the whole fleet", { ...request, targets: null }],
    ["by a plan that was made before", { ...request, plan: "plan-0123456789abcdef" }],
    ["for node images alone", { ...request, scope: "nodeImage" }],
    ["for patches of Kubernetes too", { ...request, scope: "patch" }],
    [
      "by an event",
      {
        ...request,
        trigger: { ...request.trigger, event: { type: "t", source: "s", id: "1" } },
        facts: "1.34.2|1.33.6",
      },
    ],
  ])("is read: %s", (_what, value) => {
    expect(runRequestSchema.parse(value)).toEqual(value);
  });

  const restore = {
    ...{ kind: "restore-test", trigger: request.trigger, targets: ["prod-weu"], point: "latest", keepHours: 24 },
  };

  it.each([
    ["a restore test of one cluster", restore],
    ["restore tests as the plan has them", { ...restore, targets: null, point: null, keepHours: null }],
  ])("is read: %s", (_what, value) => {
    expect(runRequestSchema.parse(value)).toEqual(value);
  });

  it.each([
    ["another kind", { ...request, kind: "rebuild" }],
    ["a member that nobody knows", { ...request, force: true }],
    ["a scope that there is not", { ...request, scope: "major" }],
    ["no word on its scope", { ...request, scope: undefined }],
    ["no word on its plan", { ...request, plan: undefined }],
    ["a restore test that stays for ever", { ...restore, keepHours: 1_000 }],
    ["a restore test with a scope", { ...restore, scope: "minor" }],
    ["no trigger", { ...request, trigger: undefined }],
    ["targets that are no names", { ...request, targets: [1] }],
    ["no word on the targets", { ...request, targets: undefined }],
  ])("is refused: %s", (_what, value) => {
    expect(runRequestSchema.safeParse(value).success).toBe(false);
  });
});

describe("ids of a run's parts", () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
  // Pools of AKS are named with letters and digits alone.
  const poolName = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
  const place = fc.record({ cluster: name, pool: poolName, node: name, number: fc.integer({ min: 1, max: 12 }) });

  it("hold nothing that an instance id may not hold, and are short enough for the longest names", () => {
    const part = runIds.cluster(`upgrade-${"0".repeat(16)}`, "c".repeat(63), 99);
    const longest = runIds.node(part, "p".repeat(12), "n".repeat(63));
    // DurableClient of the extension: at most 256 characters, none of / \ # ? and no control character.
    expect(longest.length).toBeLessThanOrEqual(256);
    expect(longest).not.toMatch(/[/\\#?]/);
  });

  it("differ for every ring, lane, cluster, try, pool, node and operation", () => {
    fc.assert(
      fc.property(fc.uniqueArray(place, { maxLength: 8, selector: (one) => JSON.stringify(one) }), (places) => {
        const ids = new Map<string, string>();
        const note = (id: string, what: string) => {
          expect(ids.get(id) ?? what).toBe(what);
          ids.set(id, what);
        };
        note("run", "run");
        note(runIds.plan("run"), "plan");
        for (const { cluster, pool, node, number } of places) {
          const ring = cluster;
          note(runIds.ring("run", ring), `ring ${ring}`);
          note(runIds.lane("run", ring, 1, number), `lane ${ring} 1 ${number}`);
          note(runIds.lane("run", ring, number, 1), `lane ${ring} ${number} 1`);
          const part = runIds.cluster("run", cluster, number);
          note(part, `cluster ${cluster} ${number}`);
          note(runIds.controlPlane(part), `control plane ${cluster} ${number}`);
          note(runIds.pool(part, pool), `pool ${cluster} ${number} ${pool}`);
          note(runIds.node(part, pool, `aks-${node}`), `node ${cluster} ${number} ${pool} ${node}`);
          for (const step of OPERATION_STEPS) {
            note(runIds.operation(part, pool, step), `${step} ${cluster} ${number} ${pool}`);
          }
        }
      }),
      { examples: [[[{ cluster: "plan", pool: "a", node: "a", number: 1 }]]] },
    );
  });
});
