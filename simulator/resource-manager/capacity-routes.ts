import { familyOf, quotaUsage } from "../azure/quota.ts";
import { addressHolders, findSubnet, subnetId } from "../azure/subnets.ts";
import { ok } from "./answers.ts";
import { resourceNotFound } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";

const SUBNET =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}";

/** How much room there is: vCPUs of a region (Microsoft.Compute) and addresses of a subnet (Microsoft.Network). */
export const CAPACITY_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages",
    handle: listUsages,
  },
  { method: "GET", path: SUBNET, handle: getSubnet },
];

/** The limits of a region: of all vCPUs, and of each family that a pool or a quota is about. */
function listUsages({ azure, names }: ArmRequest): ArmAnswer {
  const { subscription = "", location: asked = "" } = names;
  const location = asked.toLowerCase();
  const used = azure.pools.values().map(({ settings }) => familyOf(settings.vmSize));
  const limited = azure.quotas.map(({ family }) => family);
  const families = [...new Set(["cores", ...used, ...limited])].sort();
  return ok({
    value: families.map((family) => {
      const { usage, limit } = quotaUsage(azure, { subscriptionId: subscription, location }, family);
      const localizedValue = family === "cores" ? "Total Regional vCPUs" : `${family} vCPUs`;
      return { unit: "Count", currentValue: usage, limit, name: { value: family, localizedValue } };
    }),
  });
}

function getSubnet({ azure, path, names }: ArmRequest): ArmAnswer {
  const found = findSubnet(azure, decodeURIComponent(path));
  if (!found) {
    const what = `Microsoft.Network/virtualNetworks/${names.network}/subnets/${names.subnet}`;
    throw resourceNotFound(what, names.group ?? "");
  }
  const holders = addressHolders(azure, found);
  return ok({
    id: subnetId(azure, found),
    name: found.name,
    type: "Microsoft.Network/virtualNetworks/subnets",
    properties: {
      provisioningState: "Succeeded",
      addressPrefix: found.addressPrefix,
      ...(holders.length === 0 ? {} : { ipConfigurations: holders.map((id) => ({ id })) }),
      delegations: [],
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
    },
  });
}
