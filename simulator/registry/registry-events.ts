import type { AzureModel } from "../azure/azure-model.ts";
import type { EventGrid } from "../eventgrid/event-grid.ts";
import type { Registry } from "./registry.ts";

/** Lets the registry tell of every manifest that is pushed or deleted, as ACR does, in the same change. */
export function tellOfImages(azure: AzureModel, registry: Registry, eventGrid: EventGrid): void {
  const { loginServer } = registry;
  const [name] = loginServer.split(".");
  const source = `/subscriptions/${azure.fleet.azure.subscriptionId}/resourceGroups/rg-registry/providers/Microsoft.ContainerRegistry/registries/${name}`;
  registry.onChange(({ action, manifest, tag }) => {
    const { repository, digest, mediaType } = manifest;
    const length = Buffer.from(manifest.content, "base64").length;
    const isPush = action === "push";
    const random = azure.world.random("registry");
    eventGrid.emit({
      source,
      subject: tag === undefined ? repository : `${repository}:${tag}`,
      type: `Microsoft.ContainerRegistry.${isPush ? "ImagePushed" : "ImageDeleted"}`,
      dataVersion: "1.0",
      data: {
        id: random.uuid(),
        timestamp: new Date(azure.world.nowMs).toISOString(),
        action,
        target: {
          mediaType,
          ...(isPush ? { size: length } : {}),
          digest,
          ...(isPush ? { length } : {}),
          repository,
          ...(tag === undefined ? {} : { tag }),
        },
        request: { id: random.uuid(), host: loginServer, method: isPush ? "PUT" : "DELETE", useragent: "simulator" },
      },
    });
  });
}
