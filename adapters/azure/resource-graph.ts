import { z } from "zod";
import type { FoundCluster } from "../../domain/discovery.ts";
import { type ArmSettings, allowLoopback } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";

/** Most rows that Resource Graph gives at once. */
const PAGE_ROWS = 1_000;

const rowSchema = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  tags: z
    .record(z.string(), z.string())
    .nullish()
    .transform((tags) => tags ?? {}),
});

/**
 * Asks Resource Graph for managed clusters, page by page. Throws DrydockError.
 *
 * @param query gives `id`, `name` and `tags` of each
 * @param subscriptions ids; undefined for all that the app may read
 */
export async function queryClusters(
  settings: ArmSettings,
  query: string,
  subscriptions: readonly string[] | undefined,
): Promise<FoundCluster[]> {
  const { ResourceGraphClient } = await import("@azure/arm-resourcegraph");
  const client = new ResourceGraphClient(settings.credential, {
    endpoint: settings.endpoint,
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "drydock" },
  });
  allowLoopback(client, settings);
  const found: FoundCluster[] = [];
  let skipToken: string | undefined;
  try {
    do {
      const page = await client.resources({
        query,
        ...(subscriptions ? { subscriptions: [...subscriptions] } : {}),
        options: { resultFormat: "objectArray", top: PAGE_ROWS, ...(skipToken ? { skipToken } : {}) },
      });
      for (const { id, name, tags } of z.array(rowSchema).parse(page.data)) found.push({ resourceId: id, name, tags });
      skipToken = page.skipToken;
    } while (skipToken);
  } catch (error) {
    throw azureFailure(error, "find clusters by their tags (Resource Graph)");
  }
  return found;
}
