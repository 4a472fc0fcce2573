import { describe, expect, it } from "vitest";
import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import { fleetConfigSchema } from "./fleet-config.ts";
import { withoutImages, withoutVersions } from "./left-out.ts";
import type { UpgradePolicy } from "./ring-policy.ts";
import { type ClusterPlan, type PlanRequest, planUpgrade, type RingPlan, stillBehind } from "./upgrade-plan.ts";

const OLD = "AKSUbuntu-2204gen2containerd-202601.05.0";
const NEW = "AKSUbuntu-2204gen2containerd-202602.10.0";

function resourceId(name: string): string {
  return `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

interface Spec {
  readonly ring?: string;
  readonly version?: string;
  readonly offered?: readonly string[];
  readonly previews?: readonly string[];
  /** Image and newest image of its only pool. */
  readonly image?: string;
  readonly latest?: string;
  readonly poolVersion?: string;
}

function factsOf(name: string, spec: Spec): ClusterFacts {
  const { version = "1.33.5", offered = [], previews = [], image = OLD, latest = OLD, poolVersion = version } = spec;
  const pool: PoolFacts = {
    ...{ name: "shop", mode: "User", osType: "Linux", osSku: "Ubuntu", vmSize: "Standard_D4s_v5", count: 3 },
    ...{ kubernetesVersion: poolVersion, nodeImageVersion: image, latestNodeImageVersion: latest },
    ...{ provisioningState: "Succeeded", powerState: "Running" },
  };
  return {
    ...{ name, resourceId: resourceId(name), location: "westeurope", kubernetesVersion: version },
    upgrades: [
      ...offered.map((one) => ({ version: one, isPreview: false })),
      ...previews.map((one) => ({ version: one, isPreview: true })),
    ],
    ...{ provisioningState: "Succeeded", powerState: "Running", pools: [pool] },
  };
}

/** The plan of a fleet of clusters with one pool each, in which every ring has one policy unless told otherwise. */
function planOf(
  specs: Record<string, Spec>,
  policy: Partial<UpgradePolicy>,
  request: Partial<PlanRequest> = {},
  policies: Record<string, Partial<UpgradePolicy>> = {},
) {
  const rings = ["dev", "prod"].map((name) => ({ name, upgrades: policies[name] ?? policy }));
  const clusters = Object.entries(specs).map(([name, { ring = "dev" }]) => {
    return { name, resourceId: resourceId(name), ring };
  });
  const config = fleetConfigSchema.parse({ fleet: "harbour", rings, clusters });
  const observations = Object.entries(specs).map(([name, spec]) => ({ name, facts: factsOf(name, spec) }));
  return planUpgrade(config, observations, { targets: null, scope: "minor", ...request });
}

type Plan = ReturnType<typeof planOf>;

/** What a plan does, a line for each cluster: its control plane, then its pool, or why it is left alone. */
function linesOf(plan: Plan): string[] {
  return plan.rings.flatMap(({ clusters }) => clusters).map(lineOf);
}

function lineOf({ name, controlPlane, pools, skip }: ClusterPlan): string {
  const parts = pools.map(({ fromVersion, toVersion, fromImage, toImage }) => {
    const version = fromVersion === toVersion ? "" : ` to ${toVersion}`;
    return `pool${version}${fromImage === toImage ? "" : " with a new image"}`;
  });
  const head = controlPlane === null ? [] : [`${controlPlane.kind} to ${controlPlane.to}`];
  return `${name}: ${skip ?? [...head, ...parts].join(", ")}`;
}

const findingsOf = ({ findings }: Plan) =>
  findings.map(({ code, severity, subject }) => `${severity} ${code} ${subject}`);
const approvalsOf = ({ rings }: Plan) => rings.flatMap(({ approvals }) => approvals.map(({ what }) => what));
const ALL_APPROVED: UpgradePolicy = { nodeImage: "approve", patch: "approve", minor: "approve" };
const both = { offered: ["1.33.6", "1.34.2"], latest: NEW };

describe("what a ring's policy makes of what AKS offers", () => {
  const uses = "all node images are up to date; offered: ";

  it.each<[string, Partial<UpgradePolicy>, Spec, string, string[], string[]]>([
    ["patches by themselves", { patch: "auto" }, { offered: ["1.33.6"] }, "patch to 1.33.6, pool to 1.33.6", [], []],
    [
      "patches after an approval",
      { patch: "approve" },
      { offered: ["1.33.6"] },
      "patch to 1.33.6, pool to 1.33.6",
      ["Kubernetes 1.33 to 1.33.6 (patch)"],
      [],
    ],
    [
      "patches only told, once for image and version",
      {},
      { offered: ["1.33.6"] },
      `${uses}Kubernetes 1.33.6 (notify)`,
      [],
      ["info UpgradeAvailable Kubernetes 1.33.6"],
    ],
    [
      "the next minor after an approval, and not the patch before it",
      { patch: "auto", minor: "approve" },
      { offered: ["1.33.6", "1.34.1", "1.34.2"] },
      "minor to 1.34.2, pool to 1.34.2",
      ["Kubernetes 1.33 to 1.34.2 (minor)"],
      [],
    ],
    [
      "the patch alone where the minor is pinned on purpose",
      { patch: "auto", minor: "never" },
      both,
      "patch to 1.33.6, pool to 1.33.6 with a new image",
      [],
      ["info PinnedOnPurpose Kubernetes 1.34.2"],
    ],
    [
      "nothing but images where versions are only told",
      {},
      both,
      "pool with a new image",
      [],
      ["info UpgradeAvailable Kubernetes 1.33.6", "info UpgradeAvailable Kubernetes 1.34.2"],
    ],
    [
      "images after an approval",
      { nodeImage: "approve" },
      { latest: NEW },
      "pool with a new image",
      [`node image ${NEW}`],
      [],
    ],
    [
      "images only told",
      { nodeImage: "notify" },
      { latest: NEW },
      `nothing to do; offered: node image ${NEW} (notify)`,
      [],
      [`info UpgradeAvailable node image ${NEW}`],
    ],
    [
      "the new image with new nodes of another version, though images are only told",
      { nodeImage: "notify", patch: "auto" },
      { offered: ["1.33.6"], latest: NEW },
      "patch to 1.33.6, pool to 1.33.6 with a new image",
      [],
      [`info UpgradeAvailable node image ${NEW}`],
    ],
    [
      "everything after one approval that names it all",
      ALL_APPROVED,
      both,
      "minor to 1.34.2, pool to 1.34.2 with a new image",
      ["Kubernetes 1.33 to 1.34.2 (minor)", `node image ${NEW}`],
      [],
    ],
    ["no preview", ALL_APPROVED, { previews: ["1.34.2"] }, "all node images are up to date", [], []],
    ["no two minors at once", ALL_APPROVED, { offered: ["1.35.0"] }, "all node images are up to date", [], []],
    ["no version that cannot be read", ALL_APPROVED, { offered: ["lts"] }, "all node images are up to date", [], []],
  ])("is %s", (_what, policy, spec, line, approvals, findings) => {
    const plan = planOf({ a: spec }, policy);
    expect(linesOf(plan)).toEqual([`a: ${line}`]);
    expect(approvalsOf(plan)).toEqual(approvals);
    expect(findingsOf(plan)).toEqual(findings);
  });

  it("is told once for each version, with all clusters and what they run", () => {
    const plan = planOf(
      { a: { offered: ["1.33.6"] }, b: { version: "1.33.4", offered: ["1.33.6"], ring: "prod" } },
      {},
    );
    expect(plan.findings).toMatchObject([
      {
        code: "UpgradeAvailable",
        message: "Kubernetes 1.33.6 is offered for 2 clusters; fleet.yaml asks to be told, not to upgrade",
        evidence: ["a, now 1.33.5", "b, now 1.33.4"],
        cluster: null,
      },
    ]);
  });

  it("is decided ring by ring", () => {
    const specs = { a: { offered: ["1.33.6"] }, b: { ring: "prod", offered: ["1.33.6"] } };
    const plan = planOf(specs, {}, {}, { dev: { patch: "auto" }, prod: { patch: "approve" } });
    expect(linesOf(plan)).toEqual(["a: patch to 1.33.6, pool to 1.33.6", "b: patch to 1.33.6, pool to 1.33.6"]);
    expect(plan.rings.map(({ approvals }) => approvals.map(({ what }) => what))).toEqual([
      [],
      ["Kubernetes 1.33 to 1.33.6 (patch)"],
    ]);
  });

  it("asks for no approval where nothing is done", () => {
    const plan = planOf({ a: { version: "1.34.2" }, b: { offered: ["1.34.2"], ring: "prod" } }, ALL_APPROVED);
    expect(plan.rings.map(({ approvals }) => approvals.length)).toEqual([0, 1]);
  });
});

describe("how far a run was asked to go", () => {
  const policy = { patch: "auto", minor: "approve" } as const;
  const notAsked = (version: string) => `info UpgradeAvailable Kubernetes ${version}`;

  it.each([
    ["nodeImage", "pool with a new image", [notAsked("1.33.6"), notAsked("1.34.2")]],
    ["patch", "patch to 1.33.6, pool to 1.33.6 with a new image", [notAsked("1.34.2")]],
    ["minor", "minor to 1.34.2, pool to 1.34.2 with a new image", []],
  ] as const)("%s: %s", (scope, line, findings) => {
    const plan = planOf({ a: both }, policy, { scope });
    expect(linesOf(plan)).toEqual([`a: ${line}`]);
    expect(findingsOf(plan)).toEqual(findings);
  });
});

describe("pools", () => {
  it.each([
    ["follow a control plane that went on before them", { patch: "auto" }, {}, "pool to 1.33.6"],
    ["stay where the policy only tells of such steps", { patch: "notify" }, {}, "all node images are up to date"],
    [
      "stay where the run was not asked for it",
      { patch: "auto" },
      { scope: "nodeImage" },
      "all node images are up to date",
    ],
  ] as const)("%s", (_what, policy, request, line) => {
    const plan = planOf({ a: { version: "1.33.6", poolVersion: "1.33.5" } }, policy, request);
    expect(linesOf(plan)).toEqual([`a: ${line}`]);
  });

  it("follow to another minor only once somebody approved it, also when the control plane is there already", () => {
    const plan = planOf({ a: { version: "1.34.2", poolVersion: "1.33.5" } }, { minor: "approve" });
    expect(linesOf(plan)).toEqual(["a: pool to 1.34.2"]);
    expect(approvalsOf(plan)).toEqual(["Kubernetes 1.33 to 1.34.2 (minor)"]);
  });

  it("whose newest image nobody knows are left alone, also by another version: it could not be proven", () => {
    const plan = planOf({ a: { offered: ["1.33.6"], latest: "" } }, { patch: "auto" });
    expect(linesOf(plan)).toEqual(["a: patch to 1.33.6"]);
    expect(findingsOf(plan)).toEqual(["warning NewestImageUnknown a/shop"]);
  });

  it("that run a newer image than is offered are not taken back", () => {
    const plan = planOf({ a: { image: NEW, latest: OLD }, b: { image: OLD, latest: OLD } }, {});
    expect(linesOf(plan)).toEqual(["a: all node images are up to date", "b: all node images are up to date"]);
  });
});

describe("one run", () => {
  it("goes to one image and one version everywhere; a region where they are not out yet waits", () => {
    const plan = planOf(
      { a: { offered: ["1.33.6"], latest: NEW }, b: { offered: ["1.33.7"], latest: NEW }, c: { offered: ["1.33.7"] } },
      { patch: "auto" },
    );
    expect(linesOf(plan)).toEqual([
      "a: pool with a new image",
      "b: patch to 1.33.7, pool to 1.33.7 with a new image",
      "c: patch to 1.33.7",
    ]);
    expect(findingsOf(plan)).toEqual(["info NotOutInRegion a", "info NotOutInRegion c/shop"]);
  });

  it("says what a cluster that does nothing waits for, and that it does not run the choice", () => {
    const plan = planOf({ a: {}, b: { latest: NEW } }, {});
    expect(plan.rings[0]?.clusters[0]).toMatchObject({
      skip: `node image ${NEW} is not out in westeurope yet; a/shop waits for it`,
      skipCode: "NotOutInRegion",
    });
  });

  it("waits for no image that a ring only wants to be told of", () => {
    const specs = { a: { ring: "prod" }, b: { latest: NEW } };
    const plan = planOf(specs, {}, {}, { prod: { nodeImage: "notify" } });
    expect(linesOf(plan)).toEqual(["b: pool with a new image", "a: all node images are up to date"]);
    expect(findingsOf(plan)).toEqual([]);
  });

  it("says of a cluster that runs the choice that it is up to date", () => {
    const plan = planOf({ a: { image: NEW, latest: NEW }, b: { latest: NEW } }, {});
    expect(plan.rings[0]?.clusters[0]).toMatchObject({ skip: "all node images are up to date", skipCode: "UpToDate" });
  });
});

describe("a plan whose upgrades of Kubernetes nobody approved", () => {
  const ringOf = (spec: Spec, policy: Partial<UpgradePolicy>) => planOf({ a: spec }, policy).rings[0] as RingPlan;
  const declined = (spec: Spec, policy: Partial<UpgradePolicy>) =>
    withoutVersions(ringOf(spec, policy), "declined by ada");

  it.each<[string, Partial<UpgradePolicy>, Spec, string]>([
    ["goes on with images that need no approval", { minor: "approve" }, both, "a: pool with a new image"],
    [
      "leaves a cluster alone that has nothing else",
      { minor: "approve" },
      { offered: ["1.34.2"] },
      "a: declined by ada",
    ],
    [
      "goes on with images that have to be approved, which still are asked for",
      ALL_APPROVED,
      both,
      "a: pool with a new image",
    ],
    [
      "leaves out images that only come with a version",
      { nodeImage: "notify", minor: "approve" },
      both,
      "a: declined by ada",
    ],
    [
      "says of a cluster that was left alone what it said",
      { minor: "approve" },
      {},
      "a: all node images are up to date",
    ],
  ])("%s", (_rule, policy, spec, line) => {
    const plan = declined(spec, policy);
    expect(plan.clusters.map(lineOf)).toEqual([line]);
    expect(plan.approvals.filter(({ of }) => of === "version")).toEqual([]);
    expect(plan.approvals.length).toBe(policy.nodeImage === "approve" ? 1 : 0);
  });

  it("says with a code of its own that a cluster was declined", () => {
    expect(declined({ offered: ["1.34.2"] }, { minor: "approve" }).clusters[0]?.skipCode).toBe("Declined");
  });

  it.each<[string, Partial<UpgradePolicy>, Spec, string]>([
    ["leaves a cluster alone that has nothing else", { nodeImage: "approve" }, { latest: NEW }, "a: declined by ada"],
    [
      "goes on with versions, whose new nodes have the newest image",
      { nodeImage: "approve", patch: "auto" },
      { offered: ["1.33.6"], latest: NEW },
      "a: patch to 1.33.6, pool to 1.33.6 with a new image",
    ],
  ])("without images that nobody approved %s", (_rule, policy, spec, line) => {
    const plan = withoutImages(ringOf(spec, policy), "declined by ada");
    expect(plan.clusters.map(lineOf)).toEqual([line]);
    expect(plan.approvals).toEqual([]);
  });
});

describe("what was declined before", () => {
  const again = (spec: Spec, policy: Partial<UpgradePolicy>, ...lines: string[]) => {
    const changes = lines.map((what) => ({ what, by: "ada", reason: "not now", at: "2026-11-20T08:00:00Z" }));
    return planOf({ a: spec }, policy, { declined: { dev: changes } });
  };
  it.each<[string, Partial<UpgradePolicy>, Spec, string, string, string[], string[]]>([
    [
      "a version, which is told and not asked for",
      { minor: "approve" },
      both,
      "Kubernetes 1.33 to 1.34.2 (minor)",
      "pool with a new image",
      [],
      ["info UpgradeAvailable Kubernetes 1.33.6", "info UpgradeAvailable Kubernetes 1.34.2"],
    ],
    [
      "a version, when a newer one is out",
      { minor: "approve" },
      { offered: ["1.34.3"] },
      "Kubernetes 1.33 to 1.34.2 (minor)",
      "minor to 1.34.3, pool to 1.34.3",
      ["Kubernetes 1.33 to 1.34.3 (minor)"],
      [],
    ],
    [
      "a version, of which a pool lacks the rest",
      { minor: "approve" },
      { version: "1.34.2", poolVersion: "1.33.5" },
      "Kubernetes 1.33 to 1.34.2 (minor)",
      "all node images are up to date",
      [],
      [],
    ],
    [
      "an image, and the version beside it is asked for",
      ALL_APPROVED,
      { ...both, offered: ["1.33.6"] },
      `node image ${NEW}`,
      "patch to 1.33.6, pool to 1.33.6 with a new image",
      ["Kubernetes 1.33 to 1.33.6 (patch)"],
      [`info UpgradeAvailable node image ${NEW}`],
    ],
    [
      "a version that a new policy lets go by itself",
      { patch: "auto" },
      { offered: ["1.33.6"] },
      "Kubernetes 1.33 to 1.33.6 (patch)",
      "patch to 1.33.6, pool to 1.33.6",
      [],
      [],
    ],
  ])("%s", (_what, policy, spec, line, expected, approvals, findings) => {
    const plan = again(spec, policy, line);
    expect(linesOf(plan)).toEqual([`a: ${expected}`]);
    expect(approvalsOf(plan)).toEqual(approvals);
    expect(findingsOf(plan)).toEqual(findings);
  });
});

describe("what is left of an upgrade of Kubernetes when a cluster's turn has come", () => {
  const [plan] = planOf({ a: { offered: ["1.34.2"] } }, { minor: "approve" }).rings[0]?.clusters ?? [];

  it.each<[string, Spec, string | null, string[]]>([
    ["all, when nobody was there", {}, "1.34.2", ["shop"]],
    ["the pools, when the control plane is there", { version: "1.34.2", poolVersion: "1.33.5" }, null, ["shop"]],
    ["nothing, when another run did it all", { version: "1.34.2" }, null, []],
    ["no way back, when somebody went further", { version: "1.34.3", poolVersion: "1.34.3" }, null, []],
    ["all, when somebody went only a part of the way", { version: "1.33.6" }, "1.34.2", ["shop"]],
  ])("%s", (_what, now, to, pools) => {
    const left = plan && stillBehind(plan, factsOf("a", now));
    expect(left?.controlPlane?.to ?? null).toBe(to);
    expect(left?.pools.map(({ name }) => name)).toEqual(pools);
  });

  it("the control plane too, when it has the version and its last operation failed", () => {
    const now = { ...factsOf("a", { version: "1.34.2" }), provisioningState: "Failed" };
    expect(plan && stillBehind(plan, now).controlPlane?.to).toBe("1.34.2");
  });
});
