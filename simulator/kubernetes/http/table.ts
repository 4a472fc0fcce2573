import type { ClusterModel } from "../model/cluster-model.ts";
import type { KubernetesObject } from "../model/objects.ts";
import type { Resource } from "../model/resources.ts";
import { columnsOf } from "./columns.ts";

/** Whether a client asks for the server's table (`kubectl get` without `-o`). */
export function wantsTable(accept: string): boolean {
  return accept.split(",").some((type) => type.includes("as=Table") && type.includes("v=v1;"));
}

/** The Table form of an object or a list. */
export function asTable(
  cluster: ClusterModel,
  found: KubernetesObject | { readonly metadata: object; readonly items: readonly KubernetesObject[] },
  resource: Resource,
) {
  const { definitions, cells } = columnsOf(cluster, resource);
  const { nowMs } = cluster;
  const objects = "items" in found && Array.isArray(found.items) ? found.items : [found];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: "items" in found ? found.metadata : {},
    columnDefinitions: definitions.map(({ name, isWide }) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: isWide ? 1 : 0,
    })),
    rows: objects.map((object: KubernetesObject) => ({
      cells: cells(object, nowMs),
      object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata },
    })),
  };
}
