import type { ClusterModel } from "../model/cluster-model.ts";
import { type Identity, isAllowed } from "../model/rbac.ts";
import { StatusError } from "../model/status-error.ts";
import type { ResourceTarget } from "./request-path.ts";

const VERBS: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch" };

/** Throws a 403 Status when the cluster's roles do not let somebody do what a request asks for. */
export function requireAccess(
  cluster: ClusterModel,
  identity: Identity,
  method: string,
  { resource, namespace, name, subresource }: ResourceTarget,
  query: URLSearchParams,
): void {
  const verb = verbOf(method, name, query);
  const full = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  const { group } = resource;
  if (isAllowed(cluster, identity, { verb, group, resource: full, name, namespace })) return;
  const label = group === "" ? resource.plural : `${resource.plural}.${group}`;
  const subject = name === undefined ? `${label} is` : `${label} "${name}" is`;
  const place = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${subject} forbidden: User "${identity.user}" cannot ${verb} resource "${full}" in API group "${group}" ${place}`;
  throw new StatusError(403, "Forbidden", message, { ...(name === undefined ? {} : { name }), kind: resource.plural });
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  if (method === "GET") {
    if (["true", "1"].includes(query.get("watch") ?? "")) return "watch";
    return name === undefined ? "list" : "get";
  }
  if (method === "DELETE") return name === undefined ? "deletecollection" : "delete";
  return VERBS[method] ?? method.toLowerCase();
}
