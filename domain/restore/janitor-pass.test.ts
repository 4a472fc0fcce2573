import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scratchTags } from "./janitor.ts";
import {
  type FoundGroup,
  type FoundScratch,
  goneSince,
  type JanitorPass,
  janitorNotice,
  planJanitor,
  runsIn,
} from "./janitor-pass.ts";

const NOW = Date.parse("2026-11-20T08:00:00Z");
const EXPIRED = "2026-11-20T07:00:00.000Z";
const LATER = "2026-11-20T20:00:00.000Z";
const id = (name: string) => `/subscriptions/s/resourceGroups/${name}`;
const group = (name: string, run: string, expiresAt = EXPIRED, isDeleting = false): FoundGroup => ({
  ...{ id: id(name), tags: scratchTags(run, expiresAt), isDeleting },
});
const grant = (name: string, of: string, run: string | null = "dead") => ({ id: `/grants/${name}`, group: of, run });
const found = (more: Partial<FoundScratch> = {}): FoundScratch => ({ groups: [], grants: [], unread: [], ...more });
const DEAD = { life: "ended", endedMs: NOW - 7_200_000 } as const;
const pass = (more: Partial<JanitorPass> = {}): JanitorPass => ({
  ...{ at: "2026-11-20T08:00:00.000Z", begun: [], gone: [], refused: [], kept: [], unread: [] },
  ...more,
});

describe("a pass of the janitor", () => {
  it("takes what dead runs left, and leaves the living and the unknown", () => {
    const groups = [group("a", "dead"), group("b", "alive"), group("c", "nobody-asked"), group("d", "dead", LATER)];
    const plan = planJanitor(found({ groups }), { dead: DEAD, alive: { life: "running", endedMs: null } }, NOW);
    expect(plan.removals).toEqual([
      { kind: "group", id: id("a"), run: "dead" },
      { kind: "group", id: id("d"), run: "dead" },
    ]);
    expect(plan.kept.map(({ run, reason, expiresAt }) => [run, reason, expiresAt])).toEqual([
      ["alive", "RunGoesOn", EXPIRED],
      ["nobody-asked", "RunUnknown", EXPIRED],
    ]);
    expect(runsIn(found({ groups }))).toEqual(["alive", "dead", "nobody-asked"]);
  });

  it("does not ask once more for what is on its way out", () => {
    const plan = planJanitor(found({ groups: [group("a", "dead", EXPIRED, true)] }), { dead: DEAD }, NOW);
    expect(plan).toMatchObject({ removals: [], deleting: [id("a")] });
  });

  it("takes roles before the group they were given for, and those whose group is gone", () => {
    const groups = [group("RG-a", "dead"), group("rg-b", "alive")];
    const grants = [
      ...[grant("1", "rg-a"), grant("2", "rg-b", "alive"), grant("3", "rg-gone"), grant("4", "rg-gone", "alive")],
      ...[grant("5", "rg-of-another-app", null), grant("6", "rg-gone", "nobody-asked")],
    ];
    const plan = planJanitor(found({ groups, grants }), { dead: DEAD, alive: { life: "running", endedMs: null } }, NOW);
    expect(plan.removals.map((removal) => removal.id)).toEqual(["/grants/1", "/grants/3", id("RG-a")]);
  });

  it("takes no role while it is not known which groups there are", () => {
    const partly = found({ grants: [grant("1", "rg-a")], unread: ["subscription s: denied"] });
    expect(planJanitor(partly, {}, NOW).removals).toEqual([]);
    expect(goneSince(pass({ begun: [{ id: id("a"), run: "dead" }] }), partly)).toEqual([]);
  });

  it("never takes what is not tagged as scratch by a run that is known to be dead, whatever it is tagged with", () => {
    const name = fc.constantFrom("drydock-run", "Drydock-Run", "drydock-purpose", "drydock-expires", "owner", "env");
    const value = fc.constantFrom("", "dead", "alive", "scratch", "Scratch", EXPIRED, LATER, "soon");
    // As in Azure, no two tags differ by the case of their names alone.
    const tags = fc
      .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key.toLowerCase() })
      .map((entries) => Object.fromEntries(entries));
    const groups = fc.uniqueArray(fc.record({ id: fc.string().map(id), tags, isDeleting: fc.boolean() }), {
      selector: (one) => one.id,
    });
    fc.assert(
      fc.property(groups, (all) => {
        const stands = { dead: DEAD, alive: { life: "running" as const, endedMs: null } };
        const taken = planJanitor(found({ groups: all }), stands, NOW).removals.map((removal) => removal.id);
        for (const { tags } of all.filter((one) => taken.includes(one.id))) {
          const lower = Object.fromEntries(Object.entries(tags).map(([key, text]) => [key.toLowerCase(), text]));
          expect(lower).toMatchObject({ "drydock-run": "dead", "drydock-purpose": "scratch" });
          expect([EXPIRED, LATER]).toContain(lower["drydock-expires"]);
        }
      }),
    );
  });
});

describe("what earlier passes began", () => {
  it("is gone when it is not found any more", () => {
    const before = pass({
      begun: [
        { id: id("A"), run: "dead" },
        { id: id("b"), run: "dead" },
      ],
      refused: [{ id: "/grants/1", run: null, why: "locked" }],
    });
    expect(goneSince(before, found({ groups: [group("a", "dead")] }))).toEqual([
      { id: id("b"), run: "dead" },
      { id: "/grants/1", run: null },
    ]);
    expect(goneSince(null, found())).toEqual([]);
  });
});

describe("the janitor's notice", () => {
  const refused = [{ id: id("b"), run: "dead", why: "the group is locked" }];

  it("says what is deleted, what refuses and what could not be looked at", () => {
    const told = pass({ begun: [{ id: id("a"), run: "dead" }], refused, unread: ["subscription s: denied"] });
    expect(janitorNotice(told, null)).toEqual({
      title: "Scratch resources were left behind",
      text: "Of what dead runs left, 1 is deleted; 1 does not let itself be deleted; not everything could be looked at.",
      evidence: [
        `deleted: ${id("a")} (run dead)`,
        `refused: ${id("b")}: the group is locked`,
        "not looked at: subscription s: denied",
      ],
    });
  });

  it("is none when there is nothing, or nothing new", () => {
    const kept = [{ id: id("a"), run: "alive", reason: "RunGoesOn", expiresAt: LATER }];
    expect(janitorNotice(pass({ kept, gone: [{ id: id("x"), run: null }] }), null)).toBeNull();
    expect(janitorNotice(pass({ refused, unread: ["s"] }), pass({ refused, unread: ["s"] }))).toBeNull();
  });
});
