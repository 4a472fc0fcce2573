import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostJsonFor } from "./host-json.ts";

const ours = JSON.parse(readFileSync(join(import.meta.dirname, "../../host.json"), "utf8"));

describe("host.json of a package", () => {
  it("is ours where the storage account keeps the state", () => {
    expect(hostJsonFor(ours, "storage")).toEqual(ours);
  });

  it("asks for the scheduler by the settings that Bicep gives, and is ours in all else", () => {
    const host = hostJsonFor(ours, "durableTaskScheduler") as typeof ours;
    expect(host.extensions.durableTask).toEqual({
      ...ours.extensions.durableTask,
      hubName: "%TASKHUB_NAME%",
      storageProvider: { type: "azureManaged", connectionStringName: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING" },
    });
    expect({ ...host, extensions: null }).toEqual({ ...ours, extensions: null });
    const bicep = readFileSync(join(import.meta.dirname, "../../infra/modules/durable-task.bicep"), "utf8");
    for (const setting of ["DURABLE_TASK_SCHEDULER_CONNECTION_STRING", "TASKHUB_NAME"])
      expect(bicep).toContain(`${setting}: `);
  });

  it("refuses one without a task hub", () => {
    expect(() => hostJsonFor({ extensions: {} }, "storage")).toThrow();
  });

  it("keeps every trace, which alert rules look for", () => {
    expect(ours.logging.applicationInsights.samplingSettings.excludedTypes.split(";")).toContain("Trace");
  });
});
