import { type DurableClient, EntityId } from "durable-functions";
import type { Proof } from "../domain/restore/proof-history.ts";
import { PROOF_HISTORY } from "../orchestrations/proof-history.ts";

/** How the tests of a cluster's backup went, the newest first; none for one that was never tested. */
export async function readProofs(client: DurableClient, cluster: string): Promise<readonly Proof[]> {
  return (await client.readEntityState<Proof[]>(new EntityId(PROOF_HISTORY, cluster))).entityState ?? [];
}
