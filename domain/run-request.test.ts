import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPERATION_STEPS, runIds, runRequestSchema } from "./run-request.ts";

const request = {
  kind: "upgrade",
  trigger: { by: "alex", reason: "CVE-2026-1", event: null },
  targets: ["dev-weu"],
  facts: null,
};

describe("a request for a run", () => {
  it.each([
    ["by a person, for one cluster", request],
    ["for the whole fleet", { ...request, targets: null }],
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

  it.each([
    ["another kind", { ...request, kind: "rebuild" }],
    ["a member that nobody knows", { ...request, force: true }],
    ["no trigger", { ...request, trigger: undefined }],
    ["targets that are no names", { ...request, targets: [1] }],
    ["no word on the targets", { ...request, targets: undefined }],
  ])("is refused: %s", (_what, value) => {
    expect(runRequestSchema.safeParse(value).success).toBe(false);
  });
});

describe("ids of a run's parts", () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const place = fc.record({ cluster: name, pool: name, node: name });

  it("hold nothing that an instance id may not hold, and are short enough for the longest names", () => {
    const longest = runIds.node(`upgrade-${"0".repeat(16)}`, "c".repeat(63), "p".repeat(12), "n".repeat(63));
    // DurableClient of the extension: at most 256 characters, none of / \ # ? and no control character.
    expect(longest.length).toBeLessThanOrEqual(256);
    expect(longest).not.toMatch(/[/\\#?]/);
  });

  it("differ for every cluster, pool, node and operation", () => {
    fc.assert(
      fc.property(fc.uniqueArray(place, { maxLength: 8, selector: (one) => JSON.stringify(one) }), (places) => {
        const ids = new Map<string, string>();
        const note = (id: string, what: string) => {
          expect(ids.get(id) ?? what).toBe(what);
          ids.set(id, what);
        };
        for (const { cluster, pool, node } of places) {
          note(runIds.cluster("run", cluster), `cluster ${cluster}`);
          note(runIds.pool("run", cluster, pool), `pool ${cluster} ${pool}`);
          note(runIds.node("run", cluster, pool, `aks-${node}`), `node ${cluster} ${pool} ${node}`);
          for (const step of OPERATION_STEPS) {
            note(runIds.operation("run", cluster, pool, step), `${step} ${cluster} ${pool}`);
          }
        }
      }),
    );
  });
});
