import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { ROLE_IDS } from "../../../domain/restore/scratch.ts";
import { declared } from "../bicep/bicep-project.ts";
import { parseBicep } from "../bicep/parse-bicep.ts";
import { accessesOf, listOf } from "./role-files.ts";
import { readUsedOperations } from "./used-operations.ts";

const ROLES = join(import.meta.dirname, "../../../infra/roles");
const read = (file: string) => readFileSync(join(ROLES, file), "utf8");
const used = readUsedOperations();

describe("the roles of the app's identity", () => {
  const definitions = parseBicep(read("definitions.bicep"));

  it.each(["fleetReader", "clusterOperator", "restoreTester"] as const)(
    "%s: may do what the tests saw the app do, and nothing else",
    (role) => {
      expect(listOf(definitions, role).toSorted()).toEqual(used.azure[role]);
    },
  );

  it("have no wildcard and name nothing twice", () => {
    const actions = declared(definitions, "var").flatMap(({ name }) =>
      listOf(definitions, name).map((action) => `${name} ${action}`),
    );
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(actions.length).toBe(new Set(actions).size);
  });

  it("never hand out an administrator's credential of a cluster of the fleet", () => {
    const actions = [...listOf(definitions, "fleetReader"), ...listOf(definitions, "clusterOperator")];
    expect(actions.filter((action) => /Admin|accessProfiles|runCommand/i.test(action))).toEqual([]);
  });

  it("let restore tests give the roles that a restore needs, and no others", () => {
    const assignments = parseBicep(read("assign-subscription.bicep"));
    expect(listOf(assignments, "grantable").toSorted()).toEqual(Object.values(ROLE_IDS).toSorted());
  });
});

const documents = (file: string) => parseAllDocuments(read(file)).map((document) => document.toJS());

describe.each([
  ["cluster-role.yaml", "ClusterRole", used.kubernetes],
  ["velero-role.yaml", "Role", used.velero],
])("%s", (file, kind, wanted) => {
  const [role, binding] = documents(file);

  it("allows what the tests saw the app ask of clusters, and nothing else", () => {
    expect(accessesOf(role.rules).toSorted()).toEqual(wanted);
  });

  it("is bound to nobody but the identity", () => {
    expect(role.kind).toBe(kind);
    expect(binding.roleRef).toMatchObject({ kind, name: role.metadata.name });
    expect(binding.metadata.namespace).toBe(role.metadata.namespace);
    expect(binding.subjects).toEqual([
      { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "IDENTITY_OBJECT_ID" },
    ]);
  });

  it("never lets it change roles, take on another's name or run a command in a pod", () => {
    const dangerous = /impersonate|\b(?:bind|escalate)\b|\/exec|\/attach|\/portforward|\*/;
    const changesRoles = /^(?!get |list |watch ).*rbac\.authorization/;
    const found = accessesOf(role.rules).filter((access) => dangerous.test(access) || changesRoles.test(access));
    expect(found).toEqual([]);
  });
});

describe("Secrets", () => {
  it("can be read in the namespace of Velero alone, and there not be changed", () => {
    const inCluster = accessesOf(documents("cluster-role.yaml")[0].rules);
    const [role] = documents("velero-role.yaml");
    expect(inCluster.filter((access) => access.includes("secrets"))).toEqual([]);
    expect(role.metadata.namespace).toBe("velero");
    expect(accessesOf(role.rules).filter((access) => !/^(?:get|list|watch) /.test(access))).toEqual([]);
  });
});
