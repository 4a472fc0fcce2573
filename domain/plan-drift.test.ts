import { describe, expect, it } from "vitest";
import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import { drainPolicySchema } from "./fleet-config.ts";
import { planDrift } from "./plan-drift.ts";
import type { ClusterPlan, PoolPlan } from "./upgrade-plan.ts";

const pool: PoolPlan = {
  ...{ name: "shop", mode: "User", osType: "Linux", count: 3, fromImage: "old", toImage: "new" },
  ...{ fromVersion: "1.33.5", toVersion: "1.33.5" },
  policy: { strategy: "blueGreen", parallelDrains: 1, soakMinutes: 0, rollBack: true },
  estimate: { totalMs: 1, pieceMs: 1 },
};
const images: ClusterPlan = {
  ...{ name: "dev-weu", resourceId: "/dev-weu", controlPlane: null, pools: [pool], skip: null, skipCode: null },
  drain: { ...drainPolicySchema.parse({ barePods: "block", emptyDir: "block" }), stallMinutes: 10 },
};
const step = { kind: "minor", from: "1.33.5", to: "1.34.2" } as const;
const versions: ClusterPlan = { ...images, controlPlane: step, pools: [{ ...pool, toVersion: "1.34.2" }] };
/** The pool has the image already, and is to get another version. */
const versionOnly: ClusterPlan = { ...versions, pools: [{ ...pool, fromImage: "new", toVersion: "1.34.2" }] };

function facts(change: Partial<PoolFacts> = {}, kubernetesVersion = "1.33.5"): ClusterFacts {
  const found: PoolFacts = {
    ...{ name: "shop", mode: "User", osType: "Linux", osSku: "Ubuntu", vmSize: "s", count: 3 },
    ...{ kubernetesVersion: "1.33.5", nodeImageVersion: "old", latestNodeImageVersion: "new" },
    ...{ provisioningState: "Succeeded", powerState: "Running" },
    ...change,
  };
  return {
    ...{ name: "dev-weu", resourceId: "/dev-weu", location: "westeurope", kubernetesVersion, upgrades: [] },
    ...{ provisioningState: "Succeeded", powerState: "Running", pools: [found] },
  };
}

describe("what has moved away from a plan", () => {
  it.each<[string, ClusterPlan, ClusterFacts, string[]]>([
    ["nothing, when nobody was there", images, facts(), []],
    [
      "nothing, when another run has done it all",
      versions,
      facts({ kubernetesVersion: "1.34.2", nodeImageVersion: "new" }, "1.34.2"),
      [],
    ],
    ["nothing, when another run has done the control plane", versions, facts({}, "1.34.2"), []],
    ["nothing, when only the cluster's version moved and the plan is about images", images, facts({}, "1.34.2"), []],
    ["nothing, when the count of a pool moved", images, facts({ count: 9 }), []],
    ["nothing, when a pool is gone", images, { ...facts(), pools: [] }, []],
    [
      "nothing, when Azure does not say which image is the newest now",
      images,
      facts({ latestNodeImageVersion: "" }),
      [],
    ],
    [
      "nothing of the image, once the pool has all of its plan",
      images,
      facts({ nodeImageVersion: "new", latestNodeImageVersion: "newer" }),
      [],
    ],
    ["the version, when somebody took another", versions, facts({}, "1.33.6"), ["VersionMoved dev-weu"]],
    [
      "the image, when a newer one came out",
      images,
      facts({ latestNodeImageVersion: "newer" }),
      ["ImageMoved dev-weu/shop"],
    ],
    [
      "the image, when a newer one would come with the version",
      versionOnly,
      facts({ nodeImageVersion: "new", latestNodeImageVersion: "newer" }),
      ["ImageMoved dev-weu/shop"],
    ],
    [
      "the mode of a pool: it would be treated in another way",
      images,
      facts({ mode: "System" }),
      ["PoolMoved dev-weu/shop"],
    ],
    ["not the case of a mode", images, facts({ mode: "user" }), []],
    [
      "all that has moved",
      versions,
      facts({ mode: "System", latestNodeImageVersion: "newer" }, "1.33.6"),
      ["VersionMoved dev-weu", "ImageMoved dev-weu/shop", "PoolMoved dev-weu/shop"],
    ],
  ])("is %s", (_what, plan, now, expected) => {
    expect(planDrift(plan, now).map(({ code, subject }) => `${code} ${subject}`)).toEqual(expected);
  });

  it("blocks, and says what was planned and what is there", () => {
    expect(planDrift(images, facts({ latestNodeImageVersion: "newer" }))).toMatchObject([
      {
        severity: "blocker",
        cluster: "dev-weu",
        message: "the run uses node image new everywhere, and AKS would now give pool shop of dev-weu newer",
        evidence: ["pool shop has old"],
        remedy: "Start a new run: it plans by what is there now.",
      },
    ]);
  });
});
