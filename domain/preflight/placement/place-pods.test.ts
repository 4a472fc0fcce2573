import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { podKey } from "../../drain/facts.ts";
import { sampleScheduling } from "../sample-facts.ts";
import type { BoardSeat } from "./board.ts";
import { placePods } from "./place-pods.ts";
import type { PlacedPod, SchedulingFacts } from "./scheduling-facts.ts";

const HOST = "kubernetes.io/hostname";
const ZONE = "zone";

function seat(name: string, change: Partial<BoardSeat> = {}): BoardSeat {
  return {
    name,
    labels: { [HOST]: name },
    unknownLabels: new Set(),
    taints: [],
    unschedulable: false,
    allocatable: { cpu: 1000, memory: 1000, pods: 10 },
    reserved: {},
    ...change,
  };
}

function pod(name: string, change: Partial<SchedulingFacts> = {}, more: Partial<PlacedPod> = {}): PlacedPod {
  const scheduling = sampleScheduling({ requests: { cpu: 100, memory: 100 }, ...change });
  return { namespace: "n", name, nodeName: "", labels: { app: "a" }, scheduling, ...more };
}

const term = (app: string, topologyKey = HOST) => ({
  selector: { matchLabels: { app }, matchExpressions: [] },
  namespaces: ["n"],
  mayMeanMore: false,
  topologyKey,
});
const spread = (maxSkew: number, topologyKey = HOST, app = "a") => ({
  topologyKey,
  maxSkew,
  minDomains: 1,
  selector: { matchLabels: { app }, matchExpressions: [] },
  countsTaintedNodes: true,
});

function ask(moving: PlacedPod[], seats: BoardSeat[], staying: PlacedPod[] = [], extra: BoardSeat[] = []) {
  return placePods({ moving, setup: { seats, staying, volumes: [] }, extra });
}

describe("a placement", () => {
  it.each<[string, PlacedPod[], BoardSeat[], PlacedPod[], string]>([
    ["of one pod on one node", [pod("p")], [seat("a")], [], "fits"],
    ["with no node at all", [pod("p")], [], [], "never"],
    ["of a pod larger than any node", [pod("p", { requests: { cpu: 1001 } })], [seat("a"), seat("b")], [], "never"],
    [
      "beside what stays",
      [pod("p", { requests: { cpu: 901 } })],
      [seat("a")],
      [pod("s", {}, { nodeName: "a" })],
      "never",
    ],
    ["of a resource that no node has", [pod("p", { requests: { "nvidia.com/gpu": 1 } })], [seat("a")], [], "never"],
    [
      "of two halves and more",
      [0, 1, 2].map((n) => pod(`p${n}`, { requests: { cpu: 600 } })),
      [seat("a"), seat("b")],
      [],
      "unsure",
    ],
    [
      "of more than all nodes have together",
      [0, 1, 2].map((n) => pod(`p${n}`, { requests: { cpu: 700 } })),
      [seat("a"), seat("b")],
      [],
      "short",
    ],
    ["on a cordoned node", [pod("p")], [seat("a", { unschedulable: true })], [], "never"],
    [
      "on a node with a taint",
      [pod("p")],
      [seat("a", { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] })],
      [],
      "never",
    ],
    [
      "on a node with a taint that is tolerated",
      [pod("p", { tolerations: [{ key: "k", operator: "Equal", value: "v", effect: null }] })],
      [seat("a", { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] })],
      [],
      "fits",
    ],
    [
      "on a node that it had better not go to",
      [pod("p")],
      [seat("a", { taints: [{ key: "k", value: "v", effect: "PreferNoSchedule" }] })],
      [],
      "fits",
    ],
    ["on a host by name", [pod("p", { nodeSelector: { [HOST]: "b" } })], [seat("a")], [], "never"],
    [
      "by an affinity that one of two alternatives meets",
      [
        pod("p", {
          nodeTerms: [
            { labels: [{ key: "gpu", operator: "Exists", values: [] }], fields: [] },
            { labels: [{ key: HOST, operator: "NotIn", values: ["b"] }], fields: [] },
          ],
        }),
      ],
      [seat("a"), seat("b")],
      [],
      "fits",
    ],
    ["by an affinity of no alternative", [pod("p", { nodeTerms: [] })], [seat("a")], [], "never"],
    [
      "by the node's own name",
      [pod("p", { nodeTerms: [{ labels: [], fields: [{ key: "metadata.name", operator: "In", values: ["gone"] }] }] })],
      [seat("a")],
      [],
      "never",
    ],
    [
      "of pods that keep off each other, one node each",
      [pod("p", { antiAffinity: [term("a")] }), pod("q", { antiAffinity: [term("a")] })],
      [seat("a"), seat("b")],
      [],
      "fits",
    ],
    [
      "of pods that keep off each other, one node too few",
      [pod("p", { antiAffinity: [term("a")] }), pod("q", { antiAffinity: [term("a")] })],
      [seat("a")],
      [],
      "unsure",
    ],
    [
      "beside a pod that wants nobody near",
      [pod("p")],
      [seat("a")],
      [pod("s", { antiAffinity: [term("a")] }, { nodeName: "a", labels: { app: "s" } })],
      "never",
    ],
    [
      "of a pod that needs company which comes later",
      [pod("p", { affinity: [term("b")], requests: { cpu: 900 } }), pod("q", {}, { labels: { app: "b" } })],
      [seat("a", { allocatable: { cpu: 1000, memory: 1000, pods: 2 } })],
      [],
      "fits",
    ],
    ["of a pod that needs company which is nowhere", [pod("p", { affinity: [term("b")] })], [seat("a")], [], "unsure"],
    ["of the first of pods that want to be together", [pod("p", { affinity: [term("a")] })], [seat("a")], [], "fits"],
    [
      "spread over hosts while a cordoned one counts as empty",
      [pod("p", { spread: [spread(1)] })],
      [seat("a"), seat("old", { unschedulable: true })],
      [pod("s", {}, { nodeName: "a" })],
      "unsure",
    ],
    [
      "spread over hosts with an empty one to go to",
      [pod("p", { spread: [spread(1)] })],
      [seat("a"), seat("new"), seat("old", { unschedulable: true })],
      [pod("s", {}, { nodeName: "a" })],
      "fits",
    ],
    [
      "of a host port that is taken",
      [pod("p", { hostPorts: ["80/TCP"] })],
      [seat("a")],
      [pod("s", { hostPorts: ["80/TCP"] }, { nodeName: "a" })],
      "never",
    ],
  ])("%s", (_what, moving, seats, staying, kind) => {
    expect(ask(moving, seats, staying).kind).toBe(kind);
  });

  it("reaches a volume only from the nodes of its zone", () => {
    const seats = ["1", "2"].map((zone) => seat(`n${zone}`, { labels: { [ZONE]: zone } }));
    const moving = [pod("p", { claims: ["data"] })];
    const inZone = (zone: string) => ({
      name: "pv",
      claim: "n/data",
      nodeTerms: [{ labels: [{ key: ZONE, operator: "In", values: [zone] }], fields: [] }],
    });
    const found = (zone: string) =>
      placePods({ moving, setup: { seats, staying: [], volumes: [inZone(zone)] }, extra: [] });
    expect(found("2")).toMatchObject({ kind: "fits", seatOf: new Map([["n/p", "n2"]]) });
    expect(found("3")).toMatchObject({ kind: "never", pods: [{ reasons: ["2× does not reach volume pv"] }] });
  });

  it("neither counts on a zone that nobody knows yet nor rules it out", () => {
    const anywhere = seat("new", { labels: {}, unknownLabels: new Set([ZONE]) });
    expect(ask([pod("p", { nodeSelector: { [ZONE]: "1" } })], [anywhere]).kind).toBe("unsure");
    const lonely = pod("p", { antiAffinity: [term("s", ZONE)] });
    const other = pod("s", {}, { nodeName: "old", labels: { app: "s" } });
    const old = seat("old", { labels: { [ZONE]: "1" }, unschedulable: true });
    expect(ask([lonely], [anywhere, old], [other]).kind).toBe("unsure");
  });

  it("is only unsure where an autoscaler may help", () => {
    const large = pod("p", { requests: { cpu: 2000 } });
    expect(ask([large], [seat("a")]).kind).toBe("never");
    const added = seat("added", { allocatable: { cpu: 4000, memory: 1000, pods: 10 } });
    expect(ask([large], [seat("a")], [], [added]).kind).toBe("unsure");
  });
});

/** What is left of a rule book when only the end counts: every pod somewhere, nobody's wish broken. */
function isLegal(pods: readonly PlacedPod[], seats: readonly BoardSeat[], at: ReadonlyMap<string, string>): boolean {
  const seatOf = (one: PlacedPod) => seats.find(({ name }) => name === (at.get(podKey(one)) ?? one.nodeName));
  const on = (one: BoardSeat) => pods.filter((other) => seatOf(other) === one);
  // A node that was too full before is nobody's fault, as long as no pod is added.
  const entered = seats.filter(({ name }) => [...at.values()].includes(name));
  const fits = entered.every((one) =>
    ["cpu", "memory", "pods"].every((resource) => {
      const taken = on(one).reduce(
        (sum, { scheduling }) => sum + (resource === "pods" ? 1 : (scheduling.requests[resource] ?? 0)),
        0,
      );
      return taken <= (one.allocatable[resource] ?? 0);
    }),
  );
  return fits && pods.every((one) => isContent(one, pods, seats, seatOf));
}

function isContent(
  one: PlacedPod,
  pods: readonly PlacedPod[],
  seats: readonly BoardSeat[],
  seatOf: (pod: PlacedPod) => BoardSeat | undefined,
): boolean {
  const mine = seatOf(one);
  if (!mine) return false;
  const { nodeSelector, antiAffinity, spread: constraints, tolerations } = one.scheduling;
  // What stays is where it is, cordoned or not.
  if (one.nodeName === "" && mine.unschedulable) return false;
  if (one.nodeName === "" && mine.taints.some(({ key }) => !tolerations.some((own) => own.key === key))) return false;
  if (one.nodeName === "" && Object.entries(nodeSelector).some(([key, value]) => mine.labels[key] !== value))
    return false;
  const others = pods.filter((other) => other !== one);
  const isRepelled = antiAffinity.some(({ topologyKey, selector }) =>
    others.some(
      (other) =>
        other.labels.app === selector?.matchLabels.app &&
        seatOf(other)?.labels[topologyKey] === mine.labels[topologyKey],
    ),
  );
  const isSkewed = constraints.some(({ topologyKey, maxSkew, selector }) => {
    const counts = new Map(seats.map((other) => [other.labels[topologyKey], 0]));
    for (const other of pods) {
      const domain = seatOf(other)?.labels[topologyKey];
      if (other.labels.app === selector?.matchLabels.app) counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    return (counts.get(mine.labels[topologyKey]) ?? 0) - Math.min(...counts.values()) > maxSkew;
  });
  return !isRepelled && (one.nodeName !== "" || !isSkewed);
}

/** Tries every way to place the pods. */
function anyLegal(moving: readonly PlacedPod[], staying: readonly PlacedPod[], seats: readonly BoardSeat[]): boolean {
  const ways = seats.length ** moving.length;
  for (let way = 0; way < ways; way += 1) {
    let rest = way;
    const at = new Map(
      moving.map((one) => {
        const chosen = seats[rest % seats.length];
        rest = Math.floor(rest / seats.length);
        return [podKey(one), chosen?.name ?? ""];
      }),
    );
    if (isLegal([...moving, ...staying], seats, at)) return true;
  }
  return false;
}

describe("what is said of a placement", () => {
  const requests = fc.record({ cpu: fc.constantFrom(100, 300, 500, 900), memory: fc.constantFrom(100, 400, 800) });
  // Whoever is counted by a spread has that spread, too: what is counted without it may end up uneven, and may do so.
  const kinds = fc.constantFrom<[string, Partial<SchedulingFacts>]>(
    ["b", {}],
    ["b", { antiAffinity: [term("b")] }],
    ["b", { antiAffinity: [term("a", ZONE)] }],
    ["c", { nodeSelector: { [ZONE]: "1" } }],
    ["c", { tolerations: [{ key: "k", operator: "Exists", value: "", effect: null }] }],
    ["a", { spread: [spread(1)] }],
    ["d", { spread: [spread(1, ZONE, "d")] }],
  );
  const seats = fc
    .array(
      fc.record({
        zone: fc.constantFrom("1", "2"),
        unschedulable: fc.boolean(),
        tainted: fc.boolean(),
        pods: fc.constantFrom(1, 2, 5),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((specs) =>
      specs.map(({ zone, unschedulable, tainted, pods }, index) =>
        seat(`n${index}`, {
          labels: { [HOST]: `n${index}`, [ZONE]: zone },
          unschedulable,
          taints: tainted ? [{ key: "k", value: "", effect: "NoSchedule" }] : [],
          allocatable: { cpu: 1000, memory: 1000, pods },
        }),
      ),
    );
  const moving = fc
    .array(fc.tuple(requests, kinds), { minLength: 1, maxLength: 4 })
    .map((specs) =>
      specs.map(([amounts, [app, facts]], index) =>
        pod(`m${index}`, { ...facts, requests: amounts }, { labels: { app } }),
      ),
    );
  const staying = fc
    .array(fc.record({ at: fc.nat(2), repels: fc.boolean() }), { maxLength: 2 })
    .map((specs) =>
      specs.map(({ at, repels }, index) =>
        pod(`s${index}`, repels ? { antiAffinity: [term("c")] } : {}, { nodeName: `n${at}`, labels: { app: "s" } }),
      ),
    );

  it("is fits only with places that break no wish, and never or short only where there is no way at all", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(moving, staying, seats, (pods, others, nodes) => {
        const there = others.filter(({ nodeName }) => nodes.some(({ name }) => name === nodeName));
        const answer = ask(pods, nodes, there);
        seen.add(answer.kind);
        if (answer.kind === "fits") expect(isLegal([...pods, ...there], nodes, answer.seatOf)).toBe(true);
        if (answer.kind === "never" || answer.kind === "short") expect(anyLegal(pods, there, nodes)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
    expect([...seen].sort()).toEqual(["fits", "never", "short", "unsure"]);
  });

  it("is seldom unsure where there is a way", () => {
    let ways = 0;
    let found = 0;
    fc.assert(
      fc.property(moving, seats, (pods, nodes) => {
        if (!anyLegal(pods, [], nodes)) return;
        ways += 1;
        if (ask(pods, nodes).kind === "fits") found += 1;
      }),
      { numRuns: 1_000, seed: 7 },
    );
    expect(found / ways).toBeGreaterThan(0.95);
  });
});
