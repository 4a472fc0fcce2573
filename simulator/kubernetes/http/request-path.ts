import type { Resource } from "../model/resources.ts";

/** What a request below a cluster's URL is about. */
export type ApiTarget =
  | { readonly kind: "discovery"; readonly path: string }
  | { readonly kind: "review"; readonly name: string; readonly namespace: string | undefined }
  | { readonly kind: "resource"; readonly target: ResourceTarget }
  | { readonly kind: "unknown" };

/** An object, or a collection of objects when there is no name. */
export interface ResourceTarget {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What comes after a `proxy`: the path that the service is asked for, without its first slash. */
  readonly rest?: string | undefined;
}

const UNKNOWN = { kind: "unknown" } as const;
const REVIEW_GROUPS: ReadonlySet<string> = new Set(["authorization.k8s.io", "authentication.k8s.io"]);

/** Reads the path of a Kubernetes API request (`/api/v1/...`, `/apis/{group}/{version}/...`). */
export function parseApiPath(path: string, resources: readonly Resource[]): ApiTarget {
  const parts = path.split("/").filter((part) => part !== "");
  if (isDiscovery(parts)) return { kind: "discovery", path: `/${parts.join("/")}` };
  const [group, version, rest] =
    parts[0] === "api" ? ["", parts[1], parts.slice(2)] : [parts[1] ?? "", parts[2], parts.slice(3)];
  const inNamespace = rest[0] === "namespaces" && rest.length > 2 && rest[2] !== "status" && rest[2] !== "finalize";
  const namespace = inNamespace ? rest[1] : undefined;
  const [plural, name, subresource, ...more] = (inNamespace ? rest.slice(2) : rest).map(decodeURIComponent);
  if (REVIEW_GROUPS.has(group)) {
    return name === undefined && plural !== undefined ? { kind: "review", name: plural, namespace } : UNKNOWN;
  }
  const resource = resources.find(
    (candidate) => candidate.plural === plural && candidate.group === group && candidate.version === version,
  );
  const isProxy = resource?.plural === "services" && resource.group === "" && subresource === "proxy";
  if (!resource || (more.length > 0 && !isProxy)) return UNKNOWN;
  if (resource.namespaced !== inNamespace && (name !== undefined || inNamespace)) return UNKNOWN;
  const proxied = isProxy ? { rest: more.join("/") } : {};
  return { kind: "resource", target: { resource, namespace, name, subresource, ...proxied } };
}

function isDiscovery(parts: readonly string[]): boolean {
  if (parts.length === 0 || ["version", "healthz", "livez", "readyz", "openapi", "metrics"].includes(parts[0] ?? ""))
    return true;
  return parts[0] === "api" ? parts.length <= 2 : parts[0] === "apis" && parts.length <= 3;
}
