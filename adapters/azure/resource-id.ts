import { DrydockError, terminal } from "../../domain/errors.ts";

/** The parts of a managed cluster's resource id. */
export interface ClusterId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** Takes a managed cluster's resource id apart. Throws DrydockError "Invalid" for anything else. */
export function parseClusterId(resourceId: string): ClusterId {
  const match =
    /^\/subscriptions\/([^/\s]+)\/resourceGroups\/([^/\s]+)\/providers\/Microsoft\.ContainerService\/managedClusters\/([^/\s]+)$/i.exec(
      resourceId,
    );
  const [, subscriptionId, resourceGroup, name] = match ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) {
    throw new DrydockError(terminal("Invalid", `${resourceId} is not the resource id of a managed cluster`));
  }
  return { subscriptionId, resourceGroup, name };
}
