import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DrydockError } from "../../domain/errors.ts";
import { parseClusterId } from "./resource-id.ts";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";

function id(group: string, name: string): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

describe("a managed cluster's resource id", () => {
  it.each([
    ["as Azure writes it", id("rg-dev", "dev-weu"), "rg-dev", "dev-weu"],
    [
      "in the case of Event Grid",
      id("RG-Dev", "dev-weu").replace("resourceGroups", "resourcegroups"),
      "RG-Dev",
      "dev-weu",
    ],
    ["in lower case", id("rg-dev", "dev-weu").toLowerCase(), "rg-dev", "dev-weu"],
  ])("is taken apart %s, and its names keep their case", (_how, resourceId, resourceGroup, name) => {
    expect(parseClusterId(resourceId)).toEqual({ subscriptionId: SUBSCRIPTION, resourceGroup, name });
  });

  it.each([
    ["nothing", ""],
    ["a node pool", `${id("rg", "a")}/agentPools/shop`],
    ["another service", id("rg", "a").replace("Microsoft.ContainerService", "Microsoft.Compute")],
    ["a slash at the end", `${id("rg", "a")}/`],
    ["no name", id("rg", "")],
    ["something before it", `https://management.azure.com${id("rg", "a")}`],
    ["a second line", `${id("rg", "a")}\n`],
  ])("is refused: %s", (_what, resourceId) => {
    expect(() => parseClusterId(resourceId)).toThrow(DrydockError);
    expect(() => parseClusterId(resourceId)).toThrow("is not the resource id of a managed cluster");
  });

  it("gives back every group and name that it was made of", () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_.()-]{1,40}$/);
    fc.assert(
      fc.property(part, part, (resourceGroup, name) => {
        expect(parseClusterId(id(resourceGroup, name))).toMatchObject({ resourceGroup, name });
      }),
    );
  });
});
