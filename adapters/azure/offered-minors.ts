import type { OfferedMinor } from "../../domain/preflight/readings.ts";
import { type ArmSettings, createArmClient } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";

/**
 * The Kubernetes minors that AKS offers in a region, and under which support plans
 * (Microsoft.ContainerService/locations/kubernetesVersions/read). Throws DrydockError.
 */
export async function readOfferedMinors(
  settings: ArmSettings,
  { subscriptionId, location }: { readonly subscriptionId: string; readonly location: string },
): Promise<OfferedMinor[]> {
  const { client } = await createArmClient(settings, subscriptionId);
  try {
    const { values = [] } = await client.managedClusters.listKubernetesVersions(location);
    return values.flatMap(({ version, isPreview, capabilities }) =>
      version === undefined
        ? []
        : [{ minor: version, isPreview: isPreview === true, supportPlans: capabilities?.supportPlan ?? [] }],
    );
  } catch (error) {
    throw azureFailure(error, `read which Kubernetes versions ${location} offers`);
  }
}
