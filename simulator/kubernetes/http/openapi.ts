import { z } from "zod";
import type { ClusterModel } from "../model/cluster-model.ts";
import { versionOf } from "../model/custom-resources.ts";
import { isObject } from "../model/list-keys.ts";
import { apiVersionOf, isBuiltIn, RESOURCE_SCHEMAS, type Resource } from "../model/resources.ts";

type Json = Record<string, unknown>;

const PATCHES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
] as const;

/**
 * OpenAPI v3 of the served kinds, one document a group and version. It describes the fields that the model reads, and
 * leaves every object open for more: enough for `kubectl explain`, and for clients that ask whether the server
 * validates fields. Undefined for a path that is none of its.
 */
export function answerOpenApi(cluster: ClusterModel, path: string): unknown {
  const prefix = "/openapi/v3";
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined;
  const wanted = path.slice(prefix.length + 1);
  const resources = cluster.resources();
  if (wanted === "") {
    const names = [...new Set(resources.map(pathOf))];
    return { paths: Object.fromEntries(names.map((name) => [name, { serverRelativeURL: `${prefix}/${name}` }])) };
  }
  const served = resources.filter((resource) => pathOf(resource) === wanted);
  return served.length === 0 ? undefined : describe(cluster, served);
}

function pathOf(resource: Resource): string {
  return resource.group === "" ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`;
}

function describe(cluster: ClusterModel, resources: readonly Resource[]) {
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1" },
    paths: Object.assign({}, ...resources.map(pathsOf)),
    components: {
      schemas: Object.fromEntries(resources.map((resource) => [componentOf(resource), schemaOf(cluster, resource)])),
    },
  };
}

function componentOf({ group, version, kind }: Resource): string {
  const domain = group === "" ? "core" : group;
  return `io.k8s.api.${domain}.${version}.${kind}`;
}

/** Only what is asked of paths: that a kind can be patched, how, and that `fieldValidation` is understood. */
function pathsOf(resource: Resource): Json {
  const { group, version, kind, plural, namespaced } = resource;
  const place = namespaced ? "/namespaces/{namespace}" : "";
  const gvk = { "x-kubernetes-group-version-kind": { group, version, kind } };
  const schema = { $ref: `#/components/schemas/${componentOf(resource)}` };
  const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    name,
    in: "query",
    schema: { type: "string", uniqueItems: true },
  }));
  const content = (types: readonly string[]) => Object.fromEntries(types.map((type) => [type, { schema }]));
  const responses = { "200": { description: "OK", content: content(["application/json"]) } };
  const base = `/${pathOf(resource)}${place}/${plural}`;
  return {
    [base]: {
      post: { "x-kubernetes-action": "post", parameters, responses, ...gvk },
    },
    [`${base}/{name}`]: {
      get: { "x-kubernetes-action": "get", responses, ...gvk },
      patch: {
        "x-kubernetes-action": "patch",
        parameters,
        requestBody: { content: content(PATCHES) },
        responses,
        ...gvk,
      },
    },
  };
}

function schemaOf(cluster: ClusterModel, resource: Resource): Json {
  const { group, version, kind } = resource;
  const own = isBuiltIn(resource) ? modelSchema(resource.plural) : customSchema(cluster, resource);
  const gvk = { "x-kubernetes-group-version-kind": [{ group, version, kind }] };
  const description = typeof own.description === "string" ? own.description : `${kind} of ${apiVersionOf(resource)}.`;
  const head = {
    apiVersion: { type: "string", description: "The group and version of this object's kind." },
    kind: { type: "string", description: "The kind of this object." },
    metadata: { type: "object", description: "Name, namespace, labels, annotations and what the server keeps." },
  };
  const properties = { ...(isObject(own.properties) ? own.properties : {}), ...head };
  return { ...own, ...gvk, type: "object", description, properties };
}

const modelSchemas = new Map<string, Json>();

function modelSchema(plural: keyof typeof RESOURCE_SCHEMAS): Json {
  const known = modelSchemas.get(plural);
  if (known) return known;
  const { $schema: _, ...schema }: Json = z.toJSONSchema(RESOURCE_SCHEMAS[plural], {
    target: "openapi-3.0",
    unrepresentable: "any",
    io: "input",
  });
  modelSchemas.set(plural, schema);
  return schema;
}

function customSchema(cluster: ClusterModel, { plural, group, version }: Resource): Json {
  const definition = cluster.table("customresourcedefinitions").find(undefined, `${plural}.${group}`);
  return { ...(definition && versionOf(definition, version)?.schema?.openAPIV3Schema) };
}
