import { describe, expect, it } from "vitest";
import { availabilityOf, leftAloneFinding } from "./availability.ts";
import { sampleCluster, samplePool } from "./preflight/sample-facts.ts";

describe("a cluster whose turn has come", () => {
  it.each([
    ["is free when nothing goes on", {}, "free"],
    [
      "is free when its last operation failed: that is for the preflight to judge",
      { provisioningState: "Failed" },
      "free",
    ],
    ["is waited for while it is being changed", { provisioningState: "Updating" }, "busy"],
    ["is waited for in a state that nobody knows", { provisioningState: "Migrating" }, "busy"],
    [
      "is waited for while a pool is being changed",
      { pools: [samplePool("a"), samplePool("b", { provisioningState: "Scaling" })] },
      "busy",
    ],
    [
      "is left alone when it is stopped, whatever its state",
      { powerState: "Stopped", provisioningState: "Updating" },
      "away",
    ],
  ])("%s", (_what, change, kind) => {
    expect(availabilityOf({ ...sampleCluster, ...change }).kind).toBe(kind);
  });

  it("names what holds it, and is told as a warning when it was left alone", () => {
    const pools = [samplePool("apps", { provisioningState: "Scaling" })];
    const seen = availabilityOf({ ...sampleCluster, pools });
    expect("reason" in seen && seen.reason).toMatch(
      /^another operation on pool apps of .* is in progress \(Scaling\)$/,
    );
    expect(leftAloneFinding("dev-weu", "ClusterBusy", "busy")).toMatchObject({
      severity: "warning",
      cluster: "dev-weu",
    });
  });
});
