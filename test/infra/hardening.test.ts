import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type BicepDeclaration, type BicepValue, memberAt, textOf } from "./bicep/bicep-file.ts";
import { parseBicep } from "./bicep/parse-bicep.ts";

const INFRA = join(import.meta.dirname, "../../infra");
const resources = globSync("**/*.bicep", { cwd: INFRA }).flatMap((file) =>
  parseBicep(readFileSync(join(INFRA, file), "utf8"))
    .declarations.filter(({ kind, existing }) => kind === "resource" && !existing)
    .map((declaration) => ({ file, declaration })),
);
const ofType = (type: string) => resources.filter(({ declaration }) => declaration.type.startsWith(`${type}@`));

/** A property as it is written. */
function written(declaration: BicepDeclaration, path: string): string | undefined {
  const value: BicepValue | undefined = memberAt(declaration.body, "properties", ...path.split("."));
  return value?.kind === "other" ? value.source : textOf(value);
}

describe("the templates", () => {
  it.each<[string, Record<string, string>]>([
    [
      "Microsoft.Storage/storageAccounts",
      { allowSharedKeyAccess: "false", allowBlobPublicAccess: "false", minimumTlsVersion: "TLS1_2" },
    ],
    ["Microsoft.KeyVault/vaults", { enableRbacAuthorization: "true", enablePurgeProtection: "true" }],
    ["Microsoft.Insights/components", { DisableLocalAuth: "true" }],
    ["Microsoft.OperationalInsights/workspaces", { "features.disableLocalAuth": "true" }],
    [
      "Microsoft.Web/sites",
      { httpsOnly: "true", "siteConfig.minTlsVersion": "1.2", "siteConfig.ftpsState": "Disabled" },
    ],
    ["Microsoft.Web/sites/basicPublishingCredentialsPolicies", { allow: "false" }],
    [
      "Microsoft.ContainerService/managedClusters",
      {
        disableLocalAccounts: "true",
        "apiServerAccessProfile.enablePrivateCluster": "true",
        "apiServerAccessProfile.disableRunCommand": "true",
        "networkProfile.networkPolicy": "cilium",
        "autoUpgradeProfile.upgradeChannel": "none",
        "autoUpgradeProfile.nodeOSUpgradeChannel": "None",
      },
    ],
  ])("give nobody a key, a public blob or a password: every %s", (type, wanted) => {
    expect(ofType(type)).not.toEqual([]);
    for (const { file, declaration } of ofType(type)) {
      for (const [path, value] of Object.entries(wanted))
        expect(written(declaration, path), `${file} ${path}`).toBe(value);
    }
  });

  it("keep reports from being changed or deleted", () => {
    const [policy] = ofType("Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies");
    expect(policy && memberAt(policy.declaration.body, "parent")).toMatchObject({ path: ["reports"] });
    expect(policy && written(policy.declaration, "allowProtectedAppendWrites")).toBe("false");
  });

  it("give roles to identities alone", () => {
    for (const { file, declaration } of ofType("Microsoft.Authorization/roleAssignments")) {
      expect(written(declaration, "principalType"), `${file} ${declaration.name}`).toBe("ServicePrincipal");
    }
  });
});
