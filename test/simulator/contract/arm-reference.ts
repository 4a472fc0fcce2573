import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as containers from "../../../node_modules/@azure/arm-containerservice/dist/esm/models/models.js";
import * as graph from "../../../node_modules/@azure/arm-resourcegraph/dist/esm/models/resourceGraphApi/models.js";
import * as groups from "../../../node_modules/@azure/arm-resources/dist/esm/models/models.js";
import { differenceFromExample } from "./example-schema.ts";
import { membersOfMapper, membersReadBy, pathsOf } from "./reference-members.ts";

/** What an answer is compared with. */
interface Reference {
  readonly method?: string;
  readonly path: RegExp;
  /** The members that the official SDK knows. */
  readonly known: (body: unknown) => Set<string>;
  /** An example: all its members must be there, in the resource itself and in its `properties`. */
  readonly example?: string;
  /** Members of the example that a resource may lack. */
  readonly optional?: readonly string[];
  readonly isList?: boolean;
}

const CLUSTER = "/managedClusters/[^/]+";
const POOL = `${CLUSTER}/agentPools/[^/]+`;
const CONFIGURATION = "Microsoft\\.KubernetesConfiguration";

/** Of Subscriptions_Get and Subscriptions_ListLocations (2022-12-01), which none of the SDKs here has. */
const SUBSCRIPTION_MEMBERS =
  "id subscriptionId tenantId displayName state authorizationSource subscriptionPolicies tags";
const LOCATION_MEMBERS = "id name displayName regionalDisplayName type metadata availabilityZoneMappings";

const mapperOf = (sdk: string, name: string) => () => membersOfMapper(mappersOf(sdk), name);

/** By path; the first that fits counts. Every answer of 200 or 201 with a body must have one. */
const REFERENCES: readonly Reference[] = [
  ...both(`${POOL}/machines`, containers.machineDeserializer, "Machines_List", ["zones"]),
  one(`${POOL}/upgradeProfiles/default$`, containers.agentPoolUpgradeProfileDeserializer, {
    example: "AgentPools_GetUpgradeProfile.current",
    optional: ["properties.recentlyUsedVersions"],
  }),
  ...both(`${CLUSTER}/agentPools`, containers.agentPoolDeserializer, "AgentPools_Get", [
    "properties.availabilityZones",
    "properties.maxCount",
    "properties.minCount",
  ]),
  one(`${POOL}/(?:upgradeNodeImageVersion|deleteMachines|abort)$`, containers.agentPoolDeserializer, {
    example: "AgentPools_Get",
    optional: ["properties.availabilityZones", "properties.maxCount", "properties.minCount"],
  }),
  one(`${CLUSTER}/availableAgentPoolVersions$`, containers.agentPoolAvailableVersionsDeserializer),
  one(`${CLUSTER}/upgradeProfiles/default$`, containers.managedClusterUpgradeProfileDeserializer, {
    example: "ManagedClusters_GetUpgradeProfile",
  }),
  one(`${CLUSTER}/listCluster\\w+Credential$`, containers.credentialResultsDeserializer, {
    example: "ManagedClusters_ListClusterAdminCredential",
  }),
  ...both(
    `${CLUSTER}/maintenanceConfigurations`,
    containers.maintenanceConfigurationDeserializer,
    "MaintenanceConfigurations_Get",
    ["properties.maintenanceWindow"],
  ),
  ...both(
    `${CLUSTER}/trustedAccessRoleBindings`,
    containers.trustedAccessRoleBindingDeserializer,
    "TrustedAccessRoleBindings_CreateOrUpdate.backup",
  ),
  {
    path: new RegExp(`${CONFIGURATION}/\\w+/[^/]+/operations/[^/]+$`, "i"),
    known: mapperOf("@azure/arm-kubernetesconfiguration", "OperationStatusResult"),
    example: "FluxConfigOperationStatus_Get",
  },
  ...configurations("extensions", "Extension", "Extensions_Create.aks-backup", [
    "properties.configurationSettings",
    "properties.currentVersion",
    "properties.aksAssignedIdentity",
  ]),
  ...configurations("fluxConfigurations", "FluxConfiguration", "FluxConfigurations_Get.noncompliant", [
    "properties.waitForReconciliation",
    "properties.reconciliationWaitDuration",
  ]),
  {
    path: /\/operations\/[^/]+$/,
    known: () => new Set(["name", "status", "startTime", "endTime", "error", "error.code", "error.message"]),
    example: "Operations_Get.inprogress",
  },
  {
    path: /\/roleAssignments\/[^/]+$/i,
    known: mapperOf("@azure/arm-authorization", "RoleAssignment"),
  },
  {
    path: /\/roleAssignments$/i,
    isList: true,
    known: mapperOf("@azure/arm-authorization", "RoleAssignment"),
  },
  ...both("/subscriptions/[^/]+/resourceGroups", groups.resourceGroupDeserializer),
  one("/locations/[^/]+/usages$", keepsMembers("unit currentValue limit name"), { isList: true }),
  one("/virtualNetworks/[^/]+/subnets/[^/]+$", keepsMembers("id name type properties etag")),
  one("/storageAccounts/[^/]+$", keepsMembers("id name type location tags sku kind properties")),
  one("^/subscriptions$", keepsMembers(SUBSCRIPTION_MEMBERS), { isList: true }),
  one("^/subscriptions/[^/]+$", keepsMembers(SUBSCRIPTION_MEMBERS)),
  one("^/subscriptions/[^/]+/locations$", keepsMembers(LOCATION_MEMBERS), { isList: true }),
  one("^/subscriptions/[^/]+/providers$", groups.providerDeserializer, { isList: true }),
  one("^/subscriptions/[^/]+/providers/[^/]+$", groups.providerDeserializer),
  one("/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?/resources$", groups.genericResourceExpandedDeserializer, {
    isList: true,
  }),
  one("/managedClusters$", containers.managedClusterDeserializer, { isList: true }),
  one(`${CLUSTER}$`, containers.managedClusterDeserializer, {
    example: "ManagedClusters_Get",
    // The SDK, which knows better, writes azurePortalFQDN.
    optional: ["properties.oidcIssuerProfile", "properties.securityProfile", "properties.azurePortalFqdn"],
  }),
  one("/Microsoft.ResourceGraph/resources$", graph.queryResponseDeserializer),
  one("/operationresults/[^/]+$", resourceDeserializer),
  one("/locations/[^/]+/kubernetesVersions$", containers.kubernetesVersionListResultDeserializer),
];

/** What came of an operation is the resource that it worked on. */
function resourceDeserializer(item: unknown): unknown {
  const { type } = item as { type: string };
  return /agentPools$/.test(type)
    ? containers.agentPoolDeserializer(item)
    : containers.managedClusterDeserializer(item);
}

/** Takes notice of the members of these names, and of what is in them. */
function keepsMembers(names: string): (item: unknown) => unknown {
  return (item) => names.split(" ").map((name) => (item as Record<string, unknown>)[name]);
}

function one(
  path: string,
  deserialize: (item: unknown) => unknown,
  rest: Partial<Omit<Reference, "path" | "known">> = {},
): Reference {
  return { path: new RegExp(path.endsWith("$") ? path : `${path}$`, "i"), known: membersReadBy(deserialize), ...rest };
}

/** A list, and one of its resources. */
function both(
  path: string,
  deserialize: (item: unknown) => unknown,
  example?: string,
  optional: readonly string[] = [],
): Reference[] {
  const rest = { ...(example === undefined ? {} : { example }), optional };
  return [one(`${path}$`, deserialize, { isList: true, ...rest }), one(`${path}/[^/]+$`, deserialize, rest)];
}

function configurations(plural: string, mapper: string, example: string, optional: readonly string[]): Reference[] {
  const known = mapperOf("@azure/arm-kubernetesconfiguration", mapper);
  const path = `${CONFIGURATION}/${plural}`;
  return [
    { path: new RegExp(`${path}$`, "i"), known, isList: true, example, optional },
    { path: new RegExp(`${path}/[^/]+$`, "i"), known, example, optional },
  ];
}

/** The mappers of an SDK of the older make; it keeps them to itself. */
function mappersOf(sdk: string): unknown {
  const require = createRequire(import.meta.url);
  return require(join(dirname(require.resolve(`${sdk}/package.json`)), "dist-esm/src/models/mappers.js"));
}

/**
 * Compares an answer of the simulated Resource Manager with what the public references show and the official SDKs know.
 * Throws an Error that names the members that are unknown or missing, or says that there is no reference to compare with.
 */
export function checkAgainstReference(method: string, path: string, status: number, text: string): void {
  if (text === "") return;
  const body: unknown = JSON.parse(text);
  const where = `${method} ${path} (${status})`;
  if (status >= 400) {
    checkError(where, body);
    return;
  }
  const reference = REFERENCES.find((one) => one.path.test(path) && (one.method ?? method) === method);
  if (!reference) throw new Error(`${where}: there is no reference for this answer`);
  const resources = reference.isList ? listed(where, body) : [body];
  for (const resource of resources) checkResource(where, reference, resource);
}

function listed(where: string, body: unknown): unknown[] {
  const { value, nextLink, ...rest } = body as Record<string, unknown>;
  if (!Array.isArray(value)) throw new Error(`${where}: a list without value`);
  if (nextLink !== undefined && !URL.canParse(String(nextLink))) throw new Error(`${where}: nextLink is no URL`);
  if (Object.keys(rest).length > 0) throw new Error(`${where}: unknown members ${Object.keys(rest).join(", ")}`);
  return value;
}

function checkResource(where: string, { known, example, optional = [] }: Reference, resource: unknown): void {
  const shown = example === undefined ? undefined : exampleBody(example);
  const paths = pathsOf(resource);
  const required = shown ? [...pathsOf(shown)].filter(isOfResource) : [];
  const missing = required.filter((path) => !paths.has(path) && !optional.includes(path));
  if (missing.length > 0) throw new Error(`${where}: members that Azure shows are missing: ${missing.join(", ")}`);
  const difference = shown === undefined ? undefined : differenceFromExample(example ?? "", shown, resource);
  if (difference !== undefined) throw new Error(`${where}: other than the example: ${difference}`);
  const recognised = known(resource);
  const unknown = [...paths].filter((path) => !recognised.has(path) && !(shown && pathsOf(shown).has(path)));
  if (unknown.length > 0) throw new Error(`${where}: members that Azure does not have: ${unknown.join(", ")}`);
}

/** Whether a member is one of the resource itself, or of its properties, and no deeper. */
function isOfResource(path: string): boolean {
  return /^(?:properties\.)?[^.[]+$/.test(path);
}

function exampleBody(name: string): unknown {
  const file = join(import.meta.dirname, "reference", `${name}.json`);
  const { responses } = JSON.parse(readFileSync(file, "utf8")) as { responses: Record<string, { body: unknown }> };
  const body = responses["200"]?.body;
  const { value } = body as { value?: unknown[] };
  return value ? value[0] : body;
}

function checkError(where: string, body: unknown): void {
  const members = [...pathsOf(body)].sort().join(" ");
  const isEnvelope = members === "error error.code error.message";
  const isFlat = members === "code details message subcode";
  if (!isEnvelope && !isFlat) throw new Error(`${where}: this is neither of the error envelopes: ${members}`);
}
