/** What Kubernetes asks for before it answers a request: a rule of a ClusterRole for one resource and one verb. */
export type KubernetesAccess =
  | { readonly group: string; readonly resource: string; readonly verb: string; readonly namespace?: string }
  | { readonly nonResourceUrl: string; readonly verb: string };

/** Open to everyone who signed in (system:discovery, system:basic-user, system:public-info-viewer). */
const OPEN_URLS = /^\/(?:api|apis|version|healthz|livez|readyz|openapi)(?:\/|$)/;
const OPEN_RESOURCES = ["selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"];

const VERBS: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

/**
 * The access that a request to a cluster needs; undefined for what everyone may ask. Verbs and parts of the path are read as
 * Kubernetes reads them (kubernetes.io/docs/reference/access-authn-authz/authorization, "Determine the request verb").
 *
 * @param path below the cluster's address, with its query
 */
export function kubernetesAccessOf(method: string, path: string): KubernetesAccess | undefined {
  const [pathname = "", query = ""] = path.split("?");
  const parts = pathname.split("/").filter((part) => part !== "");
  const [group, rest] = parts[0] === "api" ? ["", parts.slice(2)] : [parts[1] ?? "", parts.slice(3)];
  const isResource = (parts[0] === "api" || parts[0] === "apis") && rest.length > 0;
  if (!isResource)
    return OPEN_URLS.test(pathname) || pathname === "/"
      ? undefined
      : { nonResourceUrl: pathname, verb: method.toLowerCase() };
  const inNamespace = rest[0] === "namespaces" && rest.length > 2 && rest[2] !== "status" && rest[2] !== "finalize";
  const [plural = "", name, subresource] = inNamespace ? rest.slice(2) : rest;
  if (OPEN_RESOURCES.includes(plural)) return undefined;
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const verb = verbOf(method, name !== undefined, new URLSearchParams(query));
  return { group, resource, verb, ...(inNamespace && rest[1] !== undefined ? { namespace: rest[1] } : {}) };
}

function verbOf(method: string, isOne: boolean, query: URLSearchParams): string {
  if (method === "GET" || method === "HEAD") {
    const watches = query.get("watch");
    if (watches === "1" || watches === "true") return "watch";
    return isOne ? "get" : "list";
  }
  if (method === "DELETE" && !isOne) return "deletecollection";
  return VERBS[method] ?? method.toLowerCase();
}
