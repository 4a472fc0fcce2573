import { apiVersionOf, RESOURCES, type Resource } from "../model/resources.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/** What `kubectl get all` means. */
const ALL: ReadonlySet<string> = new Set([
  "pods",
  "services",
  "daemonsets",
  "deployments",
  "replicasets",
  "statefulsets",
  "jobs",
]);

/** The answer to a discovery path; undefined when there is nothing there. Text is answered as text, the rest as JSON. */
export function answerDiscovery(path: string, gitVersion: string): unknown {
  if (["/healthz", "/livez", "/readyz"].includes(path)) return "ok";
  if (path === "/") return { paths: ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"] };
  if (path === "/version") return versionInfo(gitVersion);
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups().map(describeGroup) };
  const [, root, group = "", version = ""] = path.split("/");
  if (root === "api") return resourceList("", group);
  if (root !== "apis") return undefined;
  return version === ""
    ? groups()
        .filter((name) => name === group)
        .map(describeGroup)[0]
    : resourceList(group, version);
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

function groups(): string[] {
  return [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== "");
}

function describeGroup(name: string) {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { kind: "APIGroup", apiVersion: "v1", name, versions: [version], preferredVersion: version };
}

function resourceList(group: string, version: string) {
  const resources = RESOURCES.filter((resource) => resource.group === group && resource.version === version);
  const [first] = resources;
  if (!first) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf(first),
    resources: resources.flatMap(describeResource),
  };
}

function describeResource(resource: Resource) {
  const { plural, kind, namespaced, shortNames, subresources } = resource;
  const singularName = kind.toLowerCase();
  return [
    {
      name: plural,
      singularName,
      namespaced,
      kind,
      verbs: VERBS,
      shortNames,
      ...(ALL.has(plural) ? { categories: ["all"] } : {}),
    },
    { name: `${plural}/status`, singularName: "", namespaced, kind, verbs: ["get", "patch", "update"] },
    ...subresources.map((subresource) => ({
      name: `${plural}/${subresource.name}`,
      singularName: "",
      namespaced,
      kind: subresource.kind,
      ...(subresource.group === undefined ? {} : { group: subresource.group, version: "v1" }),
      verbs: subresource.name === "eviction" ? ["create"] : ["get", "patch", "update"],
    })),
  ];
}
