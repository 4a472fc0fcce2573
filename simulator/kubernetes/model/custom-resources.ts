import type { CustomResourceDefinition } from "./definition-object.ts";
import type { Resource, Subresource } from "./resources.ts";

type Version = CustomResourceDefinition["spec"]["versions"][number];

/** The resources that a definition brings: one a served version, the stored version first. */
export function resourcesOf(definition: CustomResourceDefinition): Resource[] {
  const { versions } = definition.spec;
  return [...versions]
    .filter(({ served }) => served)
    .sort((left, right) => Number(right.storage) - Number(left.storage))
    .map((version) => resourceOf(definition, version));
}

function resourceOf({ spec }: CustomResourceDefinition, version: Version): Resource {
  const { plural, kind, shortNames = [], categories = [] } = spec.names;
  const scale: readonly Subresource[] = version.subresources?.scale
    ? [{ name: "scale", kind: "Scale", group: "autoscaling" }]
    : [];
  return {
    plural,
    group: spec.group,
    version: version.name,
    kind,
    shortNames,
    categories,
    namespaced: spec.scope === "Namespaced",
    hasStatus: version.subresources?.status !== undefined,
    subresources: scale,
    isCustom: true,
  };
}

/** The version of a definition that a resource stands for. */
export function versionOf(definition: CustomResourceDefinition, version: string): Version | undefined {
  return definition.spec.versions.find(({ name }) => name === version);
}
