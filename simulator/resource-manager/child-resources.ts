import { beginOperation } from "../azure/operations.ts";
import type { OperationRecord, ResourceRecord } from "../azure/records.ts";
import { ok, paged } from "./answers.ts";
import { resourceNotFound } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest } from "./arm-router.ts";
import { resourceBody } from "./resource-bodies.ts";

/** The resources of one type below the one that the path names, in pages. `list` is their common id prefix. */
export function listResources(request: ArmRequest, list: string): ArmAnswer {
  const { azure } = request;
  return paged(
    request,
    azure.resourcesIn(list),
    ({ id }) => id,
    (resource) => resourceBody(azure, resource),
  );
}

/** The resource of an id, or the 404 of the real one. */
export function getResource(request: ArmRequest, id: string): ArmAnswer {
  return ok(resourceBody(request.azure, resourceAt(request, id)));
}

/** The resource of an id. Throws the 404 of the real one. */
export function resourceAt({ azure, names }: ArmRequest, id: string): ResourceRecord {
  const found = azure.findResource(id);
  if (found) return found;
  throw resourceNotFound(id.slice(id.toLowerCase().indexOf("/providers/") + "/providers/".length), names.group ?? "");
}

/** Keeps a resource and begins the operation that makes it so. The resource shows the state until then. */
export function beginPut(
  { azure }: ArmRequest,
  resource: Pick<ResourceRecord, "id" | "name" | "type" | "properties"> & Partial<ResourceRecord>,
  seconds: number,
): { readonly operation: OperationRecord; readonly created: boolean; readonly record: ResourceRecord } {
  const current = azure.findResource(resource.id);
  const provisioningState = current ? "Updating" : "Creating";
  const record = azure.putResource({ ...resource, properties: { ...resource.properties, provisioningState } });
  const operation = beginOperation(azure, { kind: "PutResource", resourceId: record.id, seconds });
  return { operation, created: !current, record };
}

/** Begins to take a resource away; undefined when there is none. */
export function beginDelete({ azure }: ArmRequest, id: string, seconds: number): OperationRecord | undefined {
  const current = azure.findResource(id);
  if (!current) return undefined;
  azure.putResource({ ...current, properties: { ...current.properties, provisioningState: "Deleting" } });
  return beginOperation(azure, { kind: "DeleteResource", resourceId: current.id, seconds });
}
