import { join } from "node:path";
import { EventGridDeserializer, isSystemEvent } from "@azure/eventgrid";
import { describe, expect, it } from "vitest";
import { newVersionEvent, runIdOf } from "./new-version-event.ts";

const APP = join(import.meta.dirname, "../..");
const NOW_MS = Date.parse("2026-11-21T08:00:00Z");

describe("newVersionEvent", () => {
  it("is the event of AKS, as the official SDK reads it", async () => {
    const event = newVersionEvent(APP, NOW_MS);
    const [read, ...others] = await new EventGridDeserializer().deserializeEventGridEvents(JSON.stringify([event]));
    expect(others).toEqual([]);
    if (!read || !isSystemEvent("Microsoft.ContainerService.NewKubernetesVersionAvailable", read)) {
      throw new Error("the SDK does not know the event");
    }
    expect(read.eventTime).toEqual(new Date(NOW_MS));
    expect(read.topic).toMatch(/managedClusters\/dev-weu$/);
    expect(read.data).toEqual({
      latestSupportedKubernetesVersion: "1.34.2",
      latestStableKubernetesVersion: "1.33.6",
      lowestMinorKubernetesVersion: "1.33.6",
      latestPreviewKubernetesVersion: "1.35.0",
    });
  });

  it("is a new one each time, and its run's id hangs on it alone", () => {
    const [one, other] = [newVersionEvent(APP, NOW_MS), newVersionEvent(APP, NOW_MS)];
    expect(runIdOf(one)).toMatch(/^upgrade-[0-9a-f]{16}$/);
    expect(runIdOf(one)).not.toBe(runIdOf(other));
    expect(runIdOf({ ...one, topic: one.topic.toUpperCase() })).toBe(runIdOf(one));
  });
});
