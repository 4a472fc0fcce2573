import { describe, expect, it } from "vitest";
import type { ClusterView, RingView, UpgradeRunView } from "./api/upgrade-view.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { fleetConfigSchema } from "./fleet-config.ts";
import type { Gate, Signal } from "./run-control.ts";
import { DAILY_SEARCH, nextSearches } from "./search-times.ts";
import { type Observation, planUpgrade } from "./upgrade-plan.ts";
import { type Stand, type WhyFacts, whyOf } from "./why.ts";
import { heldBy } from "./why-held.ts";

const NOW = "2026-11-21T08:00:00Z";
const OLD = "AKSUbuntu-2204gen2containerd-202610.27.0";
const NEW = "AKSUbuntu-2204gen2containerd-202611.10.0";
const ID =
  "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/shop";
const WINDOW = { timeZone: "UTC", weekly: [{ days: ["wed"], start: "22:00", hours: 6 }] };

interface World {
  readonly ring?: object;
  readonly cluster?: Partial<ClusterFacts>;
  readonly pool?: Partial<ClusterFacts["pools"][number]>;
  readonly unreachable?: string;
  readonly unplanned?: string;
  readonly blocker?: string;
  /** When a run found it blocked by the same. */
  readonly blockedAt?: string;
  /** What a run of yesterday failed on the way to. */
  readonly failedAt?: string[];
  readonly zone?: string;
  readonly holds?: readonly Stand[];
}

function why({
  ring = {},
  cluster,
  pool,
  unreachable,
  unplanned,
  blocker,
  blockedAt,
  failedAt,
  zone = "UTC",
  holds = [],
}: World) {
  const config = fleetConfigSchema.parse({
    fleet: "sample",
    rings: [{ name: "prod", ...ring }],
    clusters: [{ name: "shop", resourceId: ID, ring: "prod" }],
  });
  const facts: ClusterFacts = {
    ...{ name: "shop", resourceId: ID, location: "westeurope", kubernetesVersion: "1.33.5", upgrades: [] },
    ...{ provisioningState: "Succeeded", powerState: "Running" },
    pools: [
      {
        ...{ name: "apps", mode: "User", osType: "Linux", osSku: "Ubuntu", vmSize: "Standard_D4s_v5", count: 3 },
        ...{ kubernetesVersion: "1.33.5", nodeImageVersion: OLD, latestNodeImageVersion: NEW },
        ...{ provisioningState: "Succeeded", powerState: "Running" },
        ...pool,
      },
    ],
    ...cluster,
  };
  const observation: Observation = unreachable ? { name: "shop", unreachable } : { name: "shop", facts };
  const plan = planUpgrade(config, [observation], { targets: ["shop"], scope: "minor" });
  const remedy = "Raise the replicas.";
  const blocking = blocker && {
    ...{ code: "BudgetNeverAllows", severity: "blocker" as const, subject: "shop/web", message: blocker },
    ...{ evidence: [], remedy, cluster: "shop" },
  };
  const [prod] = config.rings;
  if (!prod) throw new Error("no ring");
  const asked: WhyFacts = {
    ...{ cluster: "shop", ring: prod, holds, lastRun: null, nowMs: Date.parse(NOW) },
    blockedBefore: failedAt
      ? { causes: [], goals: failedAt, runId: "r8", at: "2026-11-20T06:30:00Z" }
      : blockedAt
        ? { causes: ["BudgetNeverAllows shop/web"], runId: "r7", at: blockedAt }
        : null,
    plan: unplanned ? { unplanned } : { ...plan, findings: [...plan.findings, ...(blocking ? [blocking] : [])] },
    searches: nextSearches(DAILY_SEARCH, zone, Date.parse(NOW)),
  };
  return whyOf(asked);
}

const DAILY = { at: "2026-11-22T06:30:00.000Z", by: "daily search" };
const WEEKLY = { at: "2026-11-23T06:00:00.000Z", by: "weekly search" };

describe("a cluster that no run holds", () => {
  it.each<[string, World, object, RegExp]>([
    [
      "is up to date when its pools have the newest image",
      { pool: { nodeImageVersion: NEW } },
      { standing: "up-to-date", next: DAILY },
      /leaves it alone: all node images are up to date/,
    ],
    [
      "is up to date when a version is offered that its ring is only told of, and says so",
      { pool: { nodeImageVersion: NEW }, cluster: { upgrades: [{ version: "1.34.1", isPreview: false }] } },
      { standing: "up-to-date" },
      /1\.34\.1 is offered for one cluster; fleet\.yaml asks to be told, not to upgrade/,
    ],
    [
      "is behind by a node image, which the daily search takes",
      {},
      { standing: "behind", next: DAILY },
      /^It is behind: pool apps AKSUbuntu-2204gen2containerd-202610\.27\.0 to .*202611\.10\.0\./,
    ],
    [
      "is behind by a version, which the weekly search takes",
      {
        ring: { upgrades: { patch: "auto" } },
        pool: { nodeImageVersion: NEW },
        cluster: { upgrades: [{ version: "1.33.6", isPreview: false }] },
      },
      { standing: "behind", next: WEEKLY },
      /^It is behind: control plane 1\.33\.5 to 1\.33\.6; pool apps 1\.33\.5 to 1\.33\.6\./,
    ],
    [
      "is behind by what a person has to approve, for which the weekly search asks",
      { ring: { upgrades: { nodeImage: "approve" } } },
      { standing: "behind", next: WEEKLY },
      /A person has to approve it: .*node image/,
    ],
    [
      "comes in its ring's window after the search",
      { ring: { window: WINDOW } },
      {
        standing: "behind",
        next: { at: "2026-11-25T22:00:00.000Z", by: "daily search", reason: "outside of the ring's window" },
      },
      /^It is behind/,
    ],
    [
      "never comes when its window never opens",
      {
        ring: {
          window: { ...WINDOW, freezes: [{ from: "2026-01-01", to: "2029-01-01", reason: "we sold the company" }] },
        },
      },
      { standing: "behind", next: { at: null, reason: "frozen: we sold the company" } },
      /^It is behind/,
    ],
    [
      "is blocked by what the preflight finds",
      { blocker: "PDB shop/web can never allow a disruption" },
      { standing: "blocked", next: { ...DAILY, reason: "it is looked at again; until then mend what blocks it" } },
      /BudgetNeverAllows blocks it: PDB shop\/web can never allow a disruption\. To do: Raise the replicas\./,
    ],
    [
      "is blocked as it was in a run of yesterday, which the weekly search tries again",
      { blocker: "PDB shop/web can never allow a disruption", blockedAt: "2026-11-20T06:30:00Z" },
      {
        standing: "blocked",
        next: { ...WEEKLY, reason: expect.stringMatching(/once it is not blocked as in run r7/) },
      },
      /BudgetNeverAllows blocks it/,
    ],
    [
      "is blocked as it was long ago",
      { blocker: "PDB shop/web can never allow a disruption", blockedAt: "2026-11-10T06:30:00Z" },
      { standing: "blocked", next: DAILY },
      /BudgetNeverAllows blocks it/,
    ],
    [
      "is behind by what a run of yesterday failed on, which the weekly search tries again",
      { failedAt: [`apps 1.33.5 ${NEW}`] },
      { standing: "behind", next: { ...WEEKLY, reason: expect.stringMatching(/^run r8 failed on the way there/) } },
      /^It is behind/,
    ],
    [
      "is behind by something newer than a run of yesterday failed on",
      { failedAt: [`apps 1.33.5 ${OLD}`] },
      { standing: "behind", next: DAILY },
      /^It is behind/,
    ],
    [
      "is blocked by being stopped",
      { cluster: { powerState: "Stopped" } },
      { standing: "blocked", next: DAILY },
      /shop is stopped\. To do: Start the cluster/,
    ],
    [
      "is blocked when its only pool that is behind is stopped",
      { pool: { powerState: "Stopped" } },
      { standing: "blocked" },
      /pool apps is stopped\. To do: Start the pool/,
    ],
    [
      "cannot be told about when it cannot be seen",
      { unreachable: "Azure answered 403" },
      { standing: "unknown", next: DAILY },
      /shop cannot be seen: Azure answered 403\. To do: Check the resource id/,
    ],
    [
      "cannot be told about when Azure names no newest image",
      { pool: { latestNodeImageVersion: "" } },
      { standing: "unknown" },
      /newest image of pool apps is not known/,
    ],
    [
      "cannot be told about without a plan",
      { unplanned: "Azure does not answer" },
      { standing: "unknown" },
      /cannot be told what it lacks: Azure does not answer\./,
    ],
    [
      "says that it does not know when it is looked at again",
      { unplanned: "Azure does not answer", zone: "W. Europe Standard Time" },
      { standing: "unknown", next: { at: null, reason: expect.stringContaining("no IANA time zone") } },
      /./,
    ],
  ])("%s", (_claim, world, expected, words) => {
    const answer = why(world);
    expect(answer).toMatchObject({ cluster: "shop", ring: "prod", ...expected });
    expect(answer.sentences.join(" ")).toMatch(words);
  });

  it("tells of its last run", () => {
    const [ring] = fleetConfigSchema.parse({
      ...{ fleet: "sample", rings: [{ name: "prod" }] },
      clusters: [{ name: "shop", resourceId: ID, ring: "prod" }],
    }).rings;
    if (!ring) throw new Error("no ring");
    const lastRun = {
      ...{ id: "upgrade-1", by: "timer", outcome: "skipped" as const, reason: "shop is stopped" },
      ...{ startedAt: "2026-11-16T06:00:00.000Z", endedAt: "2026-11-16T06:10:00.000Z" },
    };
    const plan = { unplanned: "Azure does not answer" };
    const known = { holds: [], lastRun, blockedBefore: null, nowMs: Date.parse(NOW), searches: [] };
    const answer = whyOf({ cluster: "shop", ring, plan, ...known });
    expect(answer.lastRun).toEqual(lastRun);
    expect(answer.sentences).toContain(
      "Run upgrade-1, started by timer, ended 2026-11-16 06:10 UTC; the cluster was left alone: shop is stopped.",
    );
  });
});

function clusterView(state: ClusterView["state"], change: Partial<ClusterView> = {}): ClusterView {
  return {
    ...{ name: "shop", state, reason: null, startedAt: null, endedAt: null, attempt: 1, controlPlane: null, pools: [] },
    ...change,
  };
}

function ringView(name: string, state: RingView["state"], change: Partial<RingView> = {}): RingView {
  return { name, state, waitingUntil: null, reason: null, clusters: [], ...change };
}

function gate(kind: Gate["kind"], ring: string): Gate {
  const options: Gate["options"] = kind === "halt" ? ["retry", "skip"] : ["approve", "decline"];
  return {
    ...{ id: `${kind}-${ring}`, kind, ring, question: `May ring ${ring} go on?`, evidence: [], options },
    ...{ openedAt: NOW, expiresAt: "2026-11-24T08:00:00.000Z", unanswered: "the run ends" },
  };
}

const PAUSE: Signal = { id: "1", kind: "pause", by: "ada", reason: "a release", at: NOW, gate: null };

function run(rings: RingView[], change: Partial<UpgradeRunView> = {}): UpgradeRunView {
  return {
    ...{ id: "upgrade-1", kind: "upgrade", status: "running", phase: "", verdict: null, rings },
    ...{ trigger: { by: "timer", reason: "", event: null }, startedAt: NOW, updatedAt: NOW, endedAt: null },
    ...{ gates: [], signals: [], findings: [] },
    ...change,
  };
}

describe("a cluster that a run holds", () => {
  const upgrading = clusterView("upgrading", { startedAt: NOW, reason: "pool apps" });
  it.each<[string, UpgradeRunView, Partial<Stand>, RegExp]>([
    [
      "is in progress while the run changes it",
      run([ringView("prod", "running", { clusters: [upgrading] })]),
      { standing: "in-progress", next: { at: null, by: "upgrade-1", reason: "the run goes on with it" } },
      /has it in hand since 2026-11-21 08:00 UTC \(upgrading, pool apps\)/,
    ],
    [
      "waits while the run is paused",
      run([ringView("prod", "running", { clusters: [upgrading] })], { signals: [PAUSE] }),
      { standing: "waiting", next: { at: null, by: "a person", reason: "drydock resume upgrade-1 lets it go on" } },
      /paused by ada: a release\. Run upgrade-1 has it in hand/,
    ],
    [
      "waits for the approval of its ring",
      run([ringView("prod", "approval", { clusters: [clusterView("pending")] })], {
        gates: [gate("approval", "prod")],
      }),
      { standing: "waiting" },
      /May ring prod go on\? To do: drydock approve upgrade-1 --gate approval-prod or drydock decline/,
    ],
    [
      "is blocked while a ring before its own is halted",
      run([ringView("dev", "halted"), ringView("prod", "pending", { clusters: [clusterView("pending")] })], {
        gates: [gate("halt", "dev")],
      }),
      {
        standing: "blocked",
        next: { at: null, by: "a person", reason: "gate halt-dev of run upgrade-1 is to be answered" },
      },
      /drydock retry upgrade-1 --gate halt-dev/,
    ],
    [
      "is blocked when it failed and its ring is halted",
      run([ringView("prod", "halted", { clusters: [clusterView("failed")] })], { gates: [gate("halt", "prod")] }),
      { standing: "blocked" },
      /without an answer, the run ends\./,
    ],
    [
      "waits for the window of its ring",
      run([
        ringView("prod", "waiting", {
          ...{ waitingUntil: "2026-11-22T01:00:00.000Z", reason: "outside of the ring's window" },
          clusters: [clusterView("pending")],
        }),
      ]),
      {
        standing: "waiting",
        next: { at: "2026-11-22T01:00:00.000Z", by: "upgrade-1", reason: "outside of the ring's window" },
      },
      /waits until 2026-11-22 01:00 UTC: outside of the ring's window\./,
    ],
    [
      "waits for the rings before its own",
      run([
        ringView("dev", "soaking", { waitingUntil: "2026-11-21T09:00:00.000Z" }),
        ringView("prod", "pending", { clusters: [clusterView("pending")] }),
      ]),
      { standing: "waiting" },
      /comes to it after ring dev \(soaking until 2026-11-21 09:00 UTC\)\./,
    ],
    [
      "waits for the run that changes it now",
      run([ringView("prod", "running", { clusters: [clusterView("queued", { reason: "upgrade-0 is changing it" })] })]),
      { standing: "waiting" },
      /waits for it: upgrade-0 is changing it\./,
    ],
    [
      "waits for its turn",
      run([ringView("prod", "running", { clusters: [clusterView("pending")] })]),
      { standing: "waiting" },
      /when it is its turn/,
    ],
  ])("%s", (_claim, view, expected, words) => {
    const held = heldBy(view, "shop");
    expect(held).toMatchObject(expected);
    expect(held?.sentences.join(" ")).toMatch(words);
    const answer = why({ pool: { nodeImageVersion: NEW }, holds: held ? [held] : [] });
    expect(answer).toMatchObject(expected.next ? { standing: held?.standing, next: expected.next } : {});
    expect(answer.sentences.at(-1)).toMatch(/A plan of now/);
  });

  it("is not blocked by what the run does to it", () => {
    const held = heldBy(run([ringView("prod", "running", { clusters: [upgrading] })]), "shop");
    const { standing, sentences } = why({ blocker: "another operation is in progress", holds: held ? [held] : [] });
    expect(standing).toBe("in-progress");
    expect(sentences).toEqual([expect.stringContaining("in hand"), expect.stringMatching(/^It is behind: /)]);
  });

  it.each<[string, UpgradeRunView]>([
    ["that does not have it", run([ringView("prod", "running")])],
    ["that is done with it", run([ringView("prod", "running", { clusters: [clusterView("done")] })])],
    ["that left it alone", run([ringView("prod", "running", { clusters: [clusterView("skipped")] })])],
  ])("is not held by a run %s", (_what, view) => {
    expect(heldBy(view, "shop")).toBeNull();
  });
});
