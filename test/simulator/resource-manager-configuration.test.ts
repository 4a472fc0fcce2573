import type {
  Extension,
  FluxConfiguration,
  SourceControlConfigurationClient,
} from "@azure/arm-kubernetesconfiguration";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allOf, configurationClient } from "./arm-clients.ts";
import { startSimulator, type TestSimulator } from "./start-simulator.ts";

const ON = ["rg-staging-weu", "Microsoft.ContainerService", "managedClusters", "staging-weu"] as const;

let simulator: TestSimulator;
let client: SourceControlConfigurationClient;

beforeEach(async () => {
  simulator = await startSimulator();
  client = await configurationClient(simulator);
});

afterEach(() => simulator.close());

const FLUX: Extension = { extensionType: "microsoft.flux", autoUpgradeMinorVersion: true };
const BACKUP: Extension = {
  extensionType: "microsoft.dataprotection.kubernetes",
  releaseTrain: "stable",
  scope: { cluster: {} },
  configurationSettings: {
    "configuration.backupStorageLocation.bucket": "backup",
    "configuration.backupStorageLocation.config.storageAccount": "st",
    "configuration.backupStorageLocation.config.resourceGroup": "rg",
    "configuration.backupStorageLocation.config.subscriptionId": "11111111-2222-3333-4444-555555555555",
  },
  configurationProtectedSettings: { key: "secret" },
};
const FLEET: FluxConfiguration = {
  scope: "cluster",
  namespace: "flux-system",
  sourceKind: "GitRepository",
  gitRepository: { url: "https://git.example.com/fleet", repositoryRef: { branch: "main" } },
  kustomizations: { infra: { path: "./infrastructure" }, apps: { path: "./apps", dependsOn: ["infra"] } },
};

interface Poller {
  isDone(): boolean;
  poll(): Promise<unknown>;
}

/** Lets a poller of this (older) SDK come to its end. */
async function finish<T extends Poller>(poller: T): Promise<T> {
  for (let polls = 0; !poller.isDone(); polls += 1) {
    if (polls > 50) throw new Error("the operation does not end");
    simulator.clock.advance(60);
    await poller.poll();
  }
  return poller;
}

const install = async (name: string, extension: Extension) =>
  finish(await client.extensions.beginCreate(...ON, name, extension, { updateIntervalInMs: 1 }));

describe("extensions", () => {
  it("are installed, long-running, and get an identity", async () => {
    await client.extensions.beginCreate(...ON, "azure-aks-backup", BACKUP, { updateIntervalInMs: 1 });
    expect(await client.extensions.get(...ON, "azure-aks-backup")).toMatchObject({ provisioningState: "Creating" });
    simulator.clock.advance(100);
    const shown = await client.extensions.get(...ON, "azure-aks-backup");
    expect(shown).toMatchObject({
      provisioningState: "Succeeded",
      scope: { cluster: { releaseNamespace: "dataprotection-microsoft" } },
      configurationProtectedSettings: { key: "" },
    });
    expect(shown.aksAssignedIdentity?.principalId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await allOf(client.extensions.list(...ON))).toHaveLength(1);
  });

  it("without a place for their backups do not come up", async () => {
    const { configurationSettings: _, ...incomplete } = BACKUP;
    await expect(install("azure-aks-backup", incomplete)).rejects.toThrow(/ExtensionOperationFailed|failed/);
    expect(await client.extensions.get(...ON, "azure-aks-backup")).toMatchObject({ provisioningState: "Failed" });
  });

  it("are changed and removed", async () => {
    await install("flux", FLUX);
    const settings = { "image-automation-controller.enabled": "true" };
    const change = { configurationSettings: settings };
    await finish(await client.extensions.beginUpdate(...ON, "flux", change, { updateIntervalInMs: 1 }));
    expect(await client.extensions.get(...ON, "flux")).toMatchObject({ configurationSettings: settings });
    await finish(await client.extensions.beginDelete(...ON, "flux", { updateIntervalInMs: 1 }));
    await expect(client.extensions.get(...ON, "flux")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("of a type that is not there, or is there already, are refused", async () => {
    await expect(install("x", { extensionType: "acme.thing" })).rejects.toMatchObject({ statusCode: 400 });
    await install("flux", FLUX);
    await expect(install("flux2", FLUX)).rejects.toMatchObject({ code: "ExtensionTypeAlreadyInstalled" });
  });
});

const APIS = { GitRepository: "source.toolkit.fluxcd.io/v1", Kustomization: "kustomize.toolkit.fluxcd.io/v1" };

function fluxTable(kind: string) {
  const kubernetes = simulator.azure.kubernetes("staging-weu");
  const resource = kubernetes.resourceOfKind(APIS[kind as keyof typeof APIS], kind);
  if (!resource) throw new Error(`${kind} is not known in the cluster`);
  return kubernetes.tableOf(resource);
}

const fluxObjects = (kind: string) => fluxTable(kind).list("flux-system");

describe("Flux configurations", () => {
  const create = async () =>
    finish(await client.fluxConfigurations.beginCreateOrUpdate(...ON, "fleet", FLEET, { updateIntervalInMs: 1 }));

  it("need the Flux extension", async () => {
    await expect(create()).rejects.toMatchObject({ statusCode: 400, code: "ExtensionNotInstalled" });
  });

  const statesNow = async () => {
    const { complianceState, statuses = [] } = await client.fluxConfigurations.get(...ON, "fleet");
    return [complianceState, ...(statuses ?? []).map((one) => [one?.name, one?.kind, one?.complianceState])];
  };

  it("are Pending at first, and Compliant when Flux has applied the fleet's repository", async () => {
    await install("flux", FLUX);
    await client.fluxConfigurations.beginCreateOrUpdate(...ON, "fleet", FLEET, { updateIntervalInMs: 1 });
    expect(await client.fluxConfigurations.get(...ON, "fleet")).toMatchObject({
      provisioningState: "Creating",
      complianceState: "Pending",
      kustomizations: { apps: { name: "apps", dependsOn: ["infra"], wait: true, prune: false } },
    });
    simulator.clock.advance(600);
    expect(await statesNow()).toEqual([
      "Compliant",
      ["fleet", "GitRepository", "Compliant"],
      ["fleet-infra", "Kustomization", "Compliant"],
      ["fleet-apps", "Kustomization", "Compliant"],
    ]);
    const { sourceSyncedCommitId } = await client.fluxConfigurations.get(...ON, "fleet");
    expect(sourceSyncedCommitId).toMatch(/^main@sha1:[0-9a-f]{40}$/);
  });

  it("are Non-Compliant when a kustomization cannot be built", async () => {
    await install("flux", FLUX);
    await create();
    const kustomizations = { infra: { path: "./infrastructure" }, apps: { path: "./nowhere" } };
    await finish(
      await client.fluxConfigurations.beginUpdate(...ON, "fleet", { kustomizations }, { updateIntervalInMs: 1 }),
    );
    simulator.clock.advance(600);
    const [state, , infra, apps] = await statesNow();
    expect(state).toBe("Non-Compliant");
    expect([infra, apps]).toEqual([
      ["fleet-infra", "Kustomization", "Compliant"],
      ["fleet-apps", "Kustomization", "Non-Compliant"],
    ]);
  });

  it("become a source and kustomizations in the cluster, and go from it", async () => {
    await install("flux", FLUX);
    await create();
    const names = (kind: string) => fluxObjects(kind).map(({ metadata }) => metadata.name);
    expect([names("GitRepository"), names("Kustomization")]).toEqual([["fleet"], ["fleet-apps", "fleet-infra"]]);
    expect(fluxObjects("Kustomization")[0]?.spec).toMatchObject({
      path: "./apps",
      sourceRef: { kind: "GitRepository", name: "fleet" },
      dependsOn: [{ name: "fleet-infra" }],
      interval: "600s",
    });
    const kustomizations = { infra: { path: "./other" } };
    await finish(
      await client.fluxConfigurations.beginUpdate(...ON, "fleet", { kustomizations }, { updateIntervalInMs: 1 }),
    );
    expect(names("Kustomization")).toEqual(["fleet-infra"]);
    expect(fluxObjects("Kustomization")[0]?.spec).toMatchObject({ path: "./other" });
    await finish(await client.fluxConfigurations.beginDelete(...ON, "fleet", { updateIntervalInMs: 1 }));
    expect([names("GitRepository"), names("Kustomization")]).toEqual([[], []]);
  });

  it("are changed, and keep what the change leaves out", async () => {
    await install("flux", FLUX);
    await create();
    await finish(
      await client.fluxConfigurations.beginUpdate(...ON, "fleet", { suspend: true }, { updateIntervalInMs: 1 }),
    );
    expect(await client.fluxConfigurations.get(...ON, "fleet")).toMatchObject({
      suspend: true,
      complianceState: "Suspended",
      namespace: "flux-system",
      gitRepository: { url: "https://git.example.com/fleet" },
    });
  });

  it("that depend on what is not there are refused", async () => {
    await install("flux", FLUX);
    const kustomizations = { apps: { path: "./apps", dependsOn: ["nowhere"] } };
    await expect(
      client.fluxConfigurations.beginCreateOrUpdate(...ON, "fleet", { ...FLEET, kustomizations }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });
});
