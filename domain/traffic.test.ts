import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  planTraffic,
  type RouteFacts,
  type TrafficPolicy,
  trafficOfCluster,
  trafficOfPool,
  trafficSchema,
} from "./traffic.ts";

const policy = (change: object = {}): TrafficPolicy =>
  trafficSchema.parse({ route: "shop/front", blue: "front-blue", green: "front-green", ...change });
const rule = (weights: Record<string, number>) => Object.entries(weights).map(([name, weight]) => ({ name, weight }));
const route = (...rules: Array<Record<string, number>>): RouteFacts => ({ rules: rules.map(rule) });
const BLUE = { "front-blue": 100, "front-green": 0 };

function planned(facts: RouteFacts): string {
  const plan = planTraffic(policy(), facts);
  if (plan.kind === "refused") return plan.why;
  return `${plan.to}: ${plan.steps.map(({ blue, green }) => `${blue}/${green}`).join(" ")}`;
}

describe("a plan for the traffic of a route", () => {
  it.each([
    ["goes from blue to green", route(BLUE), "front-green: 90/10 50/50 0/100"],
    ["goes back at the next upgrade", route({ "front-blue": 0, "front-green": 100 }), "front-blue: 10/90 50/50 100/0"],
    [
      "takes any weights that say the same",
      route({ "front-blue": 1, "front-green": 0 }),
      "front-green: 90/10 50/50 0/100",
    ],
    ["leaves rules of other services alone", route({ other: 1 }, BLUE), "front-green: 90/10 50/50 0/100"],
    ["is none where both serve", route({ "front-blue": 90, "front-green": 10 }), /one of them has to have no traffic/],
    [
      "is none where neither serves",
      route({ "front-blue": 0, "front-green": 0 }),
      /one of them has to have no traffic/,
    ],
    ["is none without the services", route({ other: 1 }), "no rule names front-blue and front-green"],
    ["is none for a route without rules", route(), "no rule names front-blue and front-green"],
    [
      "is none where a rule has only one of them",
      route(BLUE, { "front-blue": 1 }),
      "its rule 2 names front-blue without front-green",
    ],
    [
      "is none where a third one takes a share",
      route({ ...BLUE, canary: 5 }),
      "its rule 1 names canary beside the two",
    ],
    ["is none where rules differ", route(BLUE, { "front-blue": 0, "front-green": 1 }), "its rule 2 has other weights"],
  ])("%s", (_rule, facts, expected) => {
    expect(planned(facts)).toMatch(expected);
  });

  it("keeps the weights that the route had", () => {
    expect(planTraffic(policy(), route({ "front-blue": 7, "front-green": 0 }))).toMatchObject({
      original: { blue: 7, green: 0 },
    });
  });

  it("gives the new service more with each step, and all in the end, whatever the steps", () => {
    const shares = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 10 });
    fc.assert(
      fc.property(shares, fc.boolean(), (some, forward) => {
        const greens = [...some.toSorted((left, right) => left - right), 100];
        const steps = greens.map((green) => `${100 - green}/${green}`);
        const now = forward ? BLUE : { "front-blue": 0, "front-green": 3 };
        const plan = planTraffic(policy({ steps }), route(now));
        const to = plan.kind === "move" ? plan.steps.map(({ blue, green }) => (forward ? green : blue)) : [];
        expect(to).toEqual(greens);
      }),
    );
  });
});

describe("the steps of a policy", () => {
  it.each([
    [["90/20", "0/100"], /add up to 100/],
    [["50/50", "60/40", "0/100"], /more than the one before/],
    [["100/0", "0/100"], /more than the one before/],
    [["90/10"], /the last step is 0\/100/],
    [["ninety/10"], /two shares, such as 90\/10/],
    [[], />=1|at least|Too small/],
  ])("are not %j", (steps, expected) => {
    const parsed = trafficSchema.safeParse({ route: "a/b", blue: "c", green: "d", steps });
    expect(parsed.error?.issues.map(({ message }) => message).join("; ")).toMatch(expected);
  });

  it("are between two services", () => {
    const parsed = trafficSchema.safeParse({ route: "a/b", blue: "c", green: "c" });
    expect(parsed.error?.issues[0]?.message).toMatch(/same service/);
  });
});

describe("whose traffic moves with a pool", () => {
  const named = policy({ pool: "gpu" });
  const first = policy();

  it.each([
    ["apps", [first]],
    ["gpu", [named]],
    ["other", []],
  ])("is that of policies that name it, and of the others with the first pool: %s", (pool, expected) => {
    expect(trafficOfPool([named, first], [{ name: "apps" }, { name: "gpu" }], pool)).toEqual(expected);
  });

  it("is that of clusters which a policy names, or of all", () => {
    const some = policy({ clusters: ["dev-weu"] });
    expect(trafficOfCluster([some, first], "dev-weu")).toEqual({ traffic: [some, first] });
    expect(trafficOfCluster([some, first], "prod-weu")).toEqual({ traffic: [first] });
    expect(trafficOfCluster([some], "prod-weu")).toEqual({});
  });
});
