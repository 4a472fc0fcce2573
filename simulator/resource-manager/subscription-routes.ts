import { ok } from "./answers.ts";
import { ArmError } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";

/** The providers that answer here, with the types of each. */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Authorization": ["roleAssignments"],
  "Microsoft.Compute": ["locations/usages"],
  "Microsoft.ContainerService": ["managedClusters", "locations"],
  "Microsoft.DataProtection": ["backupVaults"],
  "Microsoft.KubernetesConfiguration": ["extensions", "fluxConfigurations"],
  "Microsoft.Network": ["virtualNetworks"],
  "Microsoft.ResourceGraph": ["resources"],
  "Microsoft.Resources": ["resourceGroups", "subscriptions"],
};

/** Subscriptions, their locations and providers: what an SDK asks before it begins. */
export const SUBSCRIPTION_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: "/subscriptions", handle: listSubscriptions },
  {
    method: "GET",
    path: SUBSCRIPTION,
    handle: ({ azure, names }) => ok(subscriptionBody(azure.fleet.azure.tenantId, names.subscription ?? "")),
  },
  { method: "GET", path: `${SUBSCRIPTION}/locations`, handle: listLocations },
  { method: "GET", path: `${SUBSCRIPTION}/providers`, handle: listProviders },
  { method: "GET", path: `${SUBSCRIPTION}/providers/{provider}`, handle: getProvider },
];

/** The subscriptions of an Azure: that of the file, and those its clusters name. In lower case. */
export function subscriptionsOf({ fleet }: ArmRequest["azure"]): string[] {
  const { subscriptionId, clusters } = fleet.azure;
  const all = [subscriptionId, ...clusters.flatMap((cluster) => cluster.subscriptionId ?? [])];
  return [...new Set(all.map((id) => id.toLowerCase()))].sort();
}

function listSubscriptions({ azure }: ArmRequest): ArmAnswer {
  return ok({ value: subscriptionsOf(azure).map((id) => subscriptionBody(azure.fleet.azure.tenantId, id)) });
}

function subscriptionBody(tenantId: string, subscriptionId: string) {
  return {
    id: `/subscriptions/${subscriptionId}`,
    subscriptionId,
    tenantId,
    displayName: `Simulated subscription ${subscriptionId.slice(0, 8)}`,
    state: "Enabled",
    authorizationSource: "RoleBased",
  };
}

function listLocations({ azure, names }: ArmRequest): ArmAnswer {
  const locations = [...new Set(azure.fleet.azure.clusters.map(({ location }) => location))].sort();
  return ok({
    value: locations.map((name) => ({
      id: `/subscriptions/${names.subscription}/locations/${name}`,
      name,
      displayName: name,
      regionalDisplayName: name,
    })),
  });
}

function listProviders({ names }: ArmRequest): ArmAnswer {
  return ok({ value: Object.keys(PROVIDERS).map((name) => providerBody(names.subscription ?? "", name)) });
}

function getProvider({ names }: ArmRequest): ArmAnswer {
  const { provider = "", subscription = "" } = names;
  const name = Object.keys(PROVIDERS).find((known) => known.toLowerCase() === provider.toLowerCase());
  if (name !== undefined) return ok(providerBody(subscription, name));
  const message = `The resource namespace '${provider}' is invalid.`;
  throw new ArmError(404, "InvalidResourceNamespace", message);
}

function providerBody(subscription: string, namespace: string) {
  return {
    id: `/subscriptions/${subscription}/providers/${namespace}`,
    namespace,
    registrationState: "Registered",
    registrationPolicy: "RegistrationRequired",
    resourceTypes: (PROVIDERS[namespace] ?? []).map((resourceType) => ({
      resourceType,
      locations: [],
      apiVersions: [],
    })),
  };
}
