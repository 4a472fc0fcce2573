import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageApproval } from "./approval.ts";
import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import { type ClusterTarget, fleetTarget, wantedFor } from "./fleet-target.ts";
import { isOlderImage } from "./node-image.ts";
import type { UpgradePolicy } from "./ring-policy.ts";
import { isOlderVersion, stepKind } from "./version-step.ts";

const image = (release: number, family = "ubuntu") => `${family}-2026${String(release).padStart(2, "0")}.1.0`;

interface Spec {
  readonly version?: string;
  readonly offered?: readonly string[];
  readonly previews?: readonly string[];
  readonly latest?: readonly string[];
  readonly current?: string;
  readonly policy?: Partial<UpgradePolicy>;
}

function target(spec: Spec): ClusterTarget {
  const { version = "1.33.5", offered = [], previews = [], latest = [], policy = {} } = spec;
  const pools = latest.map((newest, index): PoolFacts => {
    return {
      ...{ name: `p${index}`, mode: "User", osType: "Linux", osSku: "Ubuntu", vmSize: "s", count: 1 },
      ...{ kubernetesVersion: version, nodeImageVersion: spec.current ?? image(0), latestNodeImageVersion: newest },
      ...{ provisioningState: "Succeeded", powerState: "Running" },
    };
  });
  const facts: ClusterFacts = {
    ...{ name: "a", resourceId: "/a", location: "westeurope", kubernetesVersion: version, pools },
    upgrades: [
      ...offered.map((one) => ({ version: one, isPreview: false })),
      ...previews.map((one) => ({ version: one, isPreview: true })),
    ],
    ...{ provisioningState: "Succeeded", powerState: "Running" },
  };
  return { facts, policy: { nodeImage: "auto", patch: "auto", minor: "approve", ...policy } };
}

const versionsOf = (...specs: Spec[]) => Object.fromEntries(fleetTarget(specs.map(target), "minor").versions);

describe("what one run goes to", () => {
  it.each<[string, Spec[], Record<string, string>]>([
    [
      "the newest patch and the newest next minor that any cluster is offered",
      [{ offered: ["1.33.6", "1.34.1"] }, { offered: ["1.33.7", "1.34.2", "1.35.0"] }],
      { "patch 1.33": "1.33.7", "minor 1.33": "1.34.2" },
    ],
    [
      "steps of their own for clusters of another minor",
      [{ offered: ["1.34.2"] }, { version: "1.34.0", offered: ["1.34.2", "1.35.0"] }],
      { "minor 1.33": "1.34.2", "patch 1.34": "1.34.2", "minor 1.34": "1.35.0" },
    ],
    ["no preview", [{ previews: ["1.33.6", "1.34.2"] }], {}],
    ["nothing where nothing is offered", [{}, { version: "1.34.2" }], {}],
    [
      "the patch that a cluster runs already, when it is newer than what the others are offered",
      [{ version: "1.33.7" }, { offered: ["1.33.6"] }],
      { "patch 1.33": "1.33.7" },
    ],
    ["the same, whoever is seen first", [{ offered: ["1.33.6"] }, { version: "1.33.7" }], { "patch 1.33": "1.33.7" }],
    ["not the patch that a cluster runs, when it is older", [{ offered: ["1.33.6"] }, {}], { "patch 1.33": "1.33.6" }],
  ])("is %s", (_rule, specs, expected) => {
    expect(versionsOf(...specs)).toEqual(expected);
  });

  it("is one image for each family: the newest that is out anywhere", () => {
    const specs = [{ latest: [image(3), image(1, "win")] }, { latest: [image(4), ""] }].map(target);
    expect([...fleetTarget(specs, "nodeImage").images.values()]).toEqual([image(4), image(1, "win")]);
  });

  it("does not come as a preview where it is one only in one region", () => {
    const specs = [target({ offered: ["1.34.2"] }), target({ previews: ["1.34.2"] })];
    const wanted = specs.map((one) => wantedFor(one, fleetTarget(specs, "minor")));
    expect(wanted.map(({ controlPlane }) => controlPlane?.to ?? null)).toEqual(["1.34.2", null]);
    expect(wanted[1]?.waits).toMatchObject([{ code: "NotOutInRegion", subject: "a" }]);
  });

  it("keeps the patch of a cluster that cannot go to the run's minor yet", () => {
    const specs = [target({ offered: ["1.33.6"] }), target({ offered: ["1.33.6", "1.34.2"] })];
    const wanted = specs.map((one) => wantedFor(one, fleetTarget(specs, "minor")));
    expect(wanted.map(({ controlPlane }) => controlPlane?.to)).toEqual(["1.33.6", "1.34.2"]);
    expect(wanted[0]?.waits.map(({ message }) => message)).toEqual([
      "Kubernetes 1.34.2 is not out in westeurope yet; a waits for it",
    ]);
  });
});

describe("whatever a fleet runs and is offered", () => {
  const version = fc.tuple(fc.integer({ min: 32, max: 34 }), fc.nat(4)).map(([minor, patch]) => `1.${minor}.${patch}`);
  const spec: fc.Arbitrary<Spec> = fc.record({
    version,
    offered: fc.array(version, { maxLength: 4 }),
    previews: fc.array(version, { maxLength: 2 }),
    latest: fc.array(fc.constantFrom("", image(1), image(2), image(3), image(2, "win")), { maxLength: 3 }),
    current: fc.constantFrom(image(0), image(2), image(3), image(1, "win")),
    policy: fc.record({
      nodeImage: fc.constantFrom("auto", "approve", "notify"),
      patch: fc.constantFrom("auto", "approve", "notify"),
      minor: fc.constantFrom("approve", "notify", "never"),
    }),
  });
  const fleet = fc.array(spec, { minLength: 1, maxLength: 6 });
  const scope = fc.constantFrom("nodeImage", "patch", "minor");

  it("the choice does not depend on who is seen first", () => {
    fc.assert(
      fc.property(fleet, scope, (specs, asked) => {
        const targets = specs.map(target);
        const chosen = fleetTarget(targets, asked);
        const turned = fleetTarget(targets.toReversed(), asked);
        expect(new Map(turned.versions)).toEqual(new Map(chosen.versions));
        expect(new Map(turned.images)).toEqual(new Map(chosen.images));
      }),
    );
  });

  it("nobody is taken where policy, scope or region do not allow, backwards, or without an approval that is wanted", () => {
    fc.assert(
      fc.property(fleet, scope, (specs, asked) => {
        const targets = specs.map(target);
        const chosen = fleetTarget(targets, asked);
        for (const one of targets) {
          const { facts, policy } = one;
          const wanted = wantedFor(one, chosen);
          const step = wanted.controlPlane;
          const asks = (kind: string) => wanted.approvals.some(({ what }) => what.endsWith(`(${kind})`));
          if (step) {
            expect(stepKind(facts.kubernetesVersion, step.to)).toBe(step.kind);
            expect(facts.upgrades).toContainEqual({ version: step.to, isPreview: false });
            expect(["auto", "approve"]).toContain(policy[step.kind]);
            expect([asked, "minor"]).toContain(asked === "minor" ? "minor" : step.kind);
            if (policy[step.kind] === "approve") expect(asks(step.kind)).toBe(true);
          }
          const controlPlane = step?.to ?? facts.kubernetesVersion;
          for (const pool of facts.pools) {
            const to = wanted.pool(pool);
            expect(isOlderVersion(controlPlane, to.version)).toBe(false);
            expect(isOlderVersion(to.version, pool.kubernetesVersion)).toBe(false);
            expect(isOlderImage(to.image, pool.nodeImageVersion)).toBe(false);
            if (to.image !== pool.nodeImageVersion) {
              expect(to.image).toBe(pool.latestNodeImageVersion);
              if (policy.nodeImage === "approve") expect(wanted.approvals).toContainEqual(imageApproval(to.image));
              if (policy.nodeImage === "notify") expect(to.version).not.toBe(pool.kubernetesVersion);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
