import { z } from "zod";
import { DrydockError, terminal } from "../../domain/errors.ts";
import type { SubnetFacts } from "../../domain/preflight/readings.ts";
import type { ArmSettings } from "./arm-client.ts";
import { armGet } from "./arm-get.ts";

const API_VERSION = "2024-05-01";
/** Azure keeps the first four addresses of a range and the last (learn.microsoft.com/azure/virtual-network/virtual-networks-faq). */
const KEPT_BY_AZURE = 5;

const subnetSchema = z.object({
  properties: z.object({
    addressPrefix: z.string().optional(),
    addressPrefixes: z.array(z.string()).optional(),
    ipConfigurations: z.array(z.unknown()).optional(),
  }),
});

/** How many addresses a subnet has and how many are taken (Microsoft.Network/virtualNetworks/subnets/read). Throws DrydockError. */
export async function readSubnet(settings: ArmSettings, id: string): Promise<SubnetFacts> {
  const asked = `read subnet ${id.split("/").at(-1)}`;
  if (
    !/^\/subscriptions\/[^/?#]+\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/?#]+\/subnets\/[^/?#]+$/i.test(
      id,
    )
  ) {
    throw new DrydockError(terminal("Invalid", `could not ${asked}: ${id} is not the resource id of a subnet`));
  }
  const { properties } = await armGet(settings, { path: id, apiVersion: API_VERSION, schema: subnetSchema, asked });
  const { addressPrefix, addressPrefixes = addressPrefix === undefined ? [] : [addressPrefix] } = properties;
  const usable = addressPrefixes.reduce((sum, prefix) => sum + usableIn(prefix), 0);
  if (usable === 0) throw new DrydockError(terminal("Invalid", `could not ${asked}: it names no IPv4 range`));
  return { id, usable, used: properties.ipConfigurations?.length ?? 0 };
}

/** Addresses of an IPv4 range; none for one of IPv6, which never runs out. */
function usableIn(prefix: string): number {
  const [, bits] = /^\d+\.\d+\.\d+\.\d+\/(\d+)$/.exec(prefix) ?? [];
  return bits === undefined ? 0 : Math.max(0, 2 ** (32 - Number(bits)) - KEPT_BY_AZURE);
}
