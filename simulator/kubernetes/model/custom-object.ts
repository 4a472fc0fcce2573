import type { ClusterModel } from "./cluster-model.ts";
import { versionOf } from "./custom-resources.ts";
import type { Parse } from "./object-table.ts";
import { type KubernetesObject, plainObjectSchema } from "./objects.ts";
import type { Resource } from "./resources.ts";
import { schemaProblems } from "./structural-schema.ts";

/** Checks objects of a custom resource against the schema that its definition has at that moment. */
export function customObjectParser(cluster: ClusterModel, resource: Resource): Parse<KubernetesObject> {
  return (value) => {
    const parsed = plainObjectSchema.safeParse(value);
    if (!parsed.success) return parsed;
    const name = `${resource.plural}.${resource.group}`;
    const definition = cluster.table("customresourcedefinitions").find(undefined, name);
    const version = parsed.data.apiVersion.slice(resource.group.length + 1);
    const schema = definition && versionOf(definition, version)?.schema?.openAPIV3Schema;
    const issues = schema ? schemaProblems(schema, parsed.data) : [];
    return issues.length === 0 ? parsed : { success: false, error: { issues } };
  };
}
