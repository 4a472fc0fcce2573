import { z } from "zod";
import type { ComputeUsage } from "../../domain/preflight/readings.ts";
import type { ArmSettings } from "./arm-client.ts";
import { armGet } from "./arm-get.ts";

const API_VERSION = "2024-07-01";

const usagesSchema = z.object({
  value: z.array(z.object({ currentValue: z.number(), limit: z.number(), name: z.object({ value: z.string() }) })),
});

/**
 * The vCPU quotas of a region and how much of each is used (Microsoft.Compute/locations/usages/read). One answer holds them
 * all. Throws DrydockError.
 */
export async function readComputeUsages(
  settings: ArmSettings,
  { subscriptionId, location }: { readonly subscriptionId: string; readonly location: string },
): Promise<ComputeUsage[]> {
  const { value } = await armGet(settings, {
    path: `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/${location}/usages`,
    apiVersion: API_VERSION,
    schema: usagesSchema,
    asked: `read the vCPU quotas of ${location}`,
  });
  return value.map(({ currentValue, limit, name }) => ({ name: name.value, used: currentValue, limit }));
}
