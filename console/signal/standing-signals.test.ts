import { describe, expect, it } from "vitest";
import type { Signal, SignalKind } from "../../domain/run-control.ts";
import { cancellationOf, pauseOf } from "./standing-signals.ts";

const signals = (...kinds: SignalKind[]): Signal[] =>
  kinds.map((kind, index) => {
    const at = "2026-11-21T08:00:00Z";
    return { id: `s${index}`, kind, by: "ada", reason: "why", at, gate: null };
  });

describe("what stands of a run's signals", () => {
  it.each<[SignalKind[], string | undefined]>([
    [[], undefined],
    [["pause"], "s0"],
    [["pause", "resume"], undefined],
    [["pause", "resume", "pause"], "s2"],
    [["pause", "approve"], "s0"],
    [["pause", "cancel"], undefined],
  ])("a run with %j is held by %s", (kinds, held) => {
    expect(pauseOf(signals(...kinds))?.id).toBe(held);
  });

  it("a cancellation stands whatever comes after it", () => {
    expect(cancellationOf(signals("pause", "cancel", "approve"))?.id).toBe("s1");
    expect(cancellationOf(signals("pause"))).toBeUndefined();
  });
});
