import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideJanitor, type RunLife, scratchTags } from "./janitor.ts";

const NOW = Date.parse("2026-11-20T08:00:00Z");
const expiring = (hours: number) => scratchTags("run-1", new Date(NOW + hours * 3_600_000).toISOString());
const decide = (tags: Readonly<Record<string, string>>, life: RunLife, endedMs: number | null = null) => {
  const { action, reason } = decideJanitor({ id: "/rg", tags }, { life, endedMs, nowMs: NOW });
  return `${action} ${reason}`;
};

describe("the janitor", () => {
  it.each<[string, Readonly<Record<string, string>>, RunLife, string]>([
    ["has no tags", {}, "never", "keep NotDrydocks"],
    ["is another's", { owner: "me", "drydock-expires": "2020-01-01T00:00:00Z" }, "never", "keep NotDrydocks"],
    ["is tagged by a run, and no scratch", { "drydock-run": "run-1" }, "ended", "keep NotScratch"],
    ["has an empty run", { ...expiring(-1), "drydock-run": "" }, "never", "keep NotDrydocks"],
    ["says no expiry", { "drydock-run": "r", "drydock-purpose": "scratch" }, "ended", "keep ExpiryUnreadable"],
    ["says an expiry that is none", { ...expiring(1), "drydock-expires": "soon" }, "ended", "keep ExpiryUnreadable"],
    ["is in use", expiring(1), "running", "keep RunGoesOn"],
    ["is in use after its expiry", expiring(-1), "running", "keep RunGoesOn"],
    ["expired with its run", expiring(-1), "ended", "delete Expired"],
    ["expired, of a run that nobody knows", expiring(-1), "never", "delete Expired"],
    ["expires now", expiring(0), "ended", "delete Expired"],
    ["expired while runs could not be asked", expiring(-1), "unknown", "keep RunUnknown"],
    ["belongs to a dead run", expiring(1), "ended", "delete RunIsDead"],
    ["belongs to a run that is not known yet", expiring(1), "never", "keep NotYetExpired"],
    ["cannot be told", expiring(1), "unknown", "keep RunUnknown"],
  ])("with what %s does so", (_what, tags, life, expected) => {
    expect(decide(tags, life)).toBe(expected);
  });

  it("lets a run that has just ended finish its tear-down", () => {
    expect(decide(expiring(1), "ended", NOW - 60_000)).toBe("keep NotYetExpired");
    expect(decide(expiring(1), "ended", NOW - 30 * 60_000)).toBe("delete RunIsDead");
  });

  it("reads tags in any case", () => {
    const tags = Object.fromEntries(Object.entries(expiring(-1)).map(([key, value]) => [key.toUpperCase(), value]));
    expect(decide(tags, "ended")).toBe("delete Expired");
  });

  it("never deletes anything without the three tags, nor anything of a run that may go on", () => {
    const tags = fc.dictionary(
      fc.constantFrom("drydock-run", "drydock-purpose", "drydock-expires", "owner"),
      fc.oneof(fc.string(), fc.constantFrom("scratch", "2020-01-01T00:00:00Z")),
    );
    const life = fc.constantFrom<RunLife>("running", "ended", "never", "unknown");
    fc.assert(
      fc.property(tags, life, (found, alive) => {
        const { action } = decideJanitor({ id: "/rg", tags: found }, { life: alive, endedMs: null, nowMs: NOW });
        if (action !== "delete") return;
        expect(found["drydock-run"]).toBeTruthy();
        expect(found["drydock-purpose"]).toBe("scratch");
        expect(Number.isFinite(Date.parse(found["drydock-expires"] ?? ""))).toBe(true);
        expect(["ended", "never"]).toContain(alive);
      }),
    );
  });
});
