import { apiVersionOf, type Resource, type Subresource } from "../model/resources.ts";
import { REVIEWS } from "./access-review.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const CHANGES = ["get", "patch", "update"];
const AGGREGATED = /application\/json;[^,]*g=apidiscovery\.k8s\.io;v=(v2(?:beta1)?);as=APIGroupDiscoveryList/;

/** What there is to discover: the served resources, the server's version, and the form that a client wants. */
export interface DiscoveryRequest {
  readonly path: string;
  readonly accept: string;
  readonly resources: readonly Resource[];
  readonly gitVersion: string;
}

/** A discovery document with its content type. */
export interface DiscoveryAnswer {
  readonly body: unknown;
  readonly contentType: string;
}

/** The answer to a discovery path; undefined when there is nothing there. */
export function answerDiscovery(request: DiscoveryRequest): DiscoveryAnswer | undefined {
  const { path, accept, resources } = request;
  const aggregated = AGGREGATED.exec(accept)?.[1];
  if (aggregated !== undefined && (path === "/api" || path === "/apis")) {
    return {
      body: aggregatedList(path === "/api" ? [""] : groupsOf(resources), resources, aggregated),
      contentType: `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`,
    };
  }
  const body = plainAnswer(request);
  if (body === undefined) return undefined;
  return { body, contentType: typeof body === "string" ? "text/plain; charset=utf-8" : "application/json" };
}

function plainAnswer({ path, resources, gitVersion }: DiscoveryRequest): unknown {
  if (["/healthz", "/livez", "/readyz"].includes(path)) return "ok";
  if (path === "/")
    return { paths: ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] };
  if (path === "/version") return versionInfo(gitVersion);
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  const groups = groupsOf(resources).map((name) => describeGroup(name, resources));
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups };
  const [, root, group = "", version = ""] = path.split("/");
  if (root === "api") return resourceList("", group, resources);
  if (root !== "apis") return undefined;
  return version === "" ? groups.find(({ name }) => name === group) : resourceList(group, version, resources);
}

function versionInfo(gitVersion: string) {
  const [major = "", minor = ""] = gitVersion.split(".");
  return {
    major,
    minor,
    gitVersion: `v${gitVersion}`,
    gitCommit: "0000000000000000000000000000000000000000",
    gitTreeState: "clean",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "go1.25.0",
    compiler: "gc",
    platform: "linux/amd64",
  };
}

function groupsOf(resources: readonly Resource[]): string[] {
  const names = [...resources, ...REVIEWS].map(({ group }) => group);
  return [...new Set(names)].filter((group) => group !== "");
}

function versionsOf(group: string, resources: readonly Resource[]): string[] {
  const own = resources.filter((resource) => resource.group === group).map(({ version }) => version);
  return [...new Set(own.length === 0 ? ["v1"] : own)];
}

function describeGroup(name: string, resources: readonly Resource[]) {
  const versions = versionsOf(name, resources).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { kind: "APIGroup", apiVersion: "v1", name, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string, all: readonly Resource[]) {
  const resources = all.filter((resource) => resource.group === group && resource.version === version);
  const reviews = REVIEWS.filter((review) => review.group === group && version === "v1");
  if (resources.length + reviews.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: [
      ...resources.flatMap(describeResource),
      ...reviews.map(({ name, kind, namespaced }) => ({ name, singularName: "", namespaced, kind, verbs: ["create"] })),
    ],
  };
}

function describeResource(resource: Resource) {
  const { plural, kind, namespaced, shortNames, categories } = resource;
  return [
    {
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: VERBS,
      shortNames,
      ...(categories.length > 0 ? { categories } : {}),
    },
    ...subresourcesOf(resource).map((subresource) => ({
      name: `${plural}/${subresource.name}`,
      singularName: "",
      namespaced,
      kind: subresource.kind,
      ...(subresource.group === undefined ? {} : { group: subresource.group, version: "v1" }),
      verbs: subresource.verbs ?? CHANGES,
    })),
  ];
}

function subresourcesOf({ hasStatus, kind, subresources }: Resource): Subresource[] {
  return [...(hasStatus ? [{ name: "status", kind }] : []), ...subresources];
}

/** Aggregated discovery: everything in one answer (KEP-3352). */
function aggregatedList(groups: readonly string[], resources: readonly Resource[], version: string) {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versionsOf(group, resources).map((name) => ({
        version: name,
        freshness: "Current",
        resources: [
          ...resources.filter((resource) => resource.group === group && resource.version === name).map(aggregated),
          ...REVIEWS.filter((review) => review.group === group).map((review) => ({
            resource: review.name,
            responseKind: { group, version: "v1", kind: review.kind },
            scope: "Cluster",
            singularResource: review.kind.toLowerCase(),
            verbs: ["create"],
          })),
        ],
      })),
    })),
  };
}

function aggregated(resource: Resource) {
  const { plural, group, version, kind, namespaced, shortNames, categories } = resource;
  const subresources = subresourcesOf(resource).map((subresource) => ({
    subresource: subresource.name,
    responseKind: {
      group: subresource.group ?? group,
      version: subresource.group === undefined ? version : "v1",
      kind: subresource.kind,
    },
    verbs: subresource.verbs ?? CHANGES,
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.toLowerCase(),
    verbs: VERBS,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
