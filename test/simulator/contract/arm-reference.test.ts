import { describe, expect, it } from "vitest";
import { checkAgainstReference } from "./arm-reference.ts";

const CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c";
const ASSIGNMENT = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/x";

const check =
  (path: string, body: object, status = 200) =>
  () =>
    checkAgainstReference("GET", path, status, JSON.stringify(body));

const BINDING = {
  id: `${CLUSTER}/trustedAccessRoleBindings/b`,
  name: "b",
  type: "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings",
  properties: { provisioningState: "Succeeded", sourceResourceId: "/subscriptions/s", roles: ["r"] },
};

describe("the comparison with the references", () => {
  it("lets a complete resource pass", () => {
    expect(check(BINDING.id, BINDING)).not.toThrow();
    expect(check(BINDING.id.replace(/\/b$/, ""), { value: [BINDING] })).not.toThrow();
  });

  it("finds a member that Azure does not have, at any depth", () => {
    expect(check(BINDING.id, { ...BINDING, colour: "red" })).toThrow(/does not have: colour/);
    const properties = { ...BINDING.properties, mood: "good" };
    expect(check(BINDING.id, { ...BINDING, properties })).toThrow(/does not have: properties.mood/);
  });

  it("finds a member of another type or form than in the example", () => {
    const properties = { ...BINDING.properties, roles: "r" };
    expect(check(BINDING.id, { ...BINDING, properties })).toThrow(/properties\/roles must be array/);
    expect(check(BINDING.id, { ...BINDING, properties: { ...BINDING.properties, sourceResourceId: "v" } })).toThrow(
      /sourceResourceId must match pattern/,
    );
  });

  it("finds a member that is missing", () => {
    const { roles: _, ...properties } = BINDING.properties;
    expect(check(BINDING.id, { ...BINDING, properties })).toThrow(/are missing: properties.roles/);
  });

  it("knows the members of the older SDKs too", () => {
    const assignment = { id: ASSIGNMENT, name: "x", type: "Microsoft.Authorization/roleAssignments" };
    expect(check(ASSIGNMENT, { ...assignment, properties: { scope: "/" } })).not.toThrow();
    expect(check(ASSIGNMENT, { ...assignment, properties: { odd: 1 } })).toThrow(/does not have: properties.odd/);
  });

  it("knows both error envelopes and no other", () => {
    expect(check(CLUSTER, { error: { code: "C", message: "m" } }, 404)).not.toThrow();
    expect(check(CLUSTER, { code: "C", details: null, message: "m", subcode: "" }, 409)).not.toThrow();
    expect(check(CLUSTER, { message: "m" }, 500)).toThrow(/neither of the error envelopes/);
  });

  it("does not let an answer pass that it cannot compare", () => {
    expect(check("/subscriptions/s/providers/A.B/things", {})).toThrow(/no reference/);
  });
});
