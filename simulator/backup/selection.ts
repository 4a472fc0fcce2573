import { z } from "zod";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { parseLabelSelector } from "../kubernetes/model/selectors.ts";
import type { ContentItem } from "./cluster-contents.ts";

const list = z.array(z.string());

/** What of a cluster is backed up, or of a backup restored. Empty lists mean everything. */
export const selectionSchema = z.object({
  includedNamespaces: list,
  excludedNamespaces: list,
  /** `v1/Secret`, `apps/v1/Deployment`, `secrets` or `deployments.apps`, in any case. */
  includedResourceTypes: list,
  excludedResourceTypes: list,
  /** Each must hold. */
  labelSelectors: list,
  includeClusterScope: z.boolean(),
});

export type Selection = z.infer<typeof selectionSchema>;

/** Whether a selection takes in the namespace; `*` stands for any. */
export function selectsNamespace({ includedNamespaces, excludedNamespaces }: Selection, namespace: string): boolean {
  const isIncluded = includedNamespaces.length === 0 || names(includedNamespaces, namespace);
  return isIncluded && !names(excludedNamespaces, namespace);
}

/** Whether a selection takes in the object. A namespace itself goes by its name. Throws a 400 Status for a label selector that cannot be read. */
export function selects(selection: Selection, item: Pick<ContentItem, "plural" | "object">): boolean {
  const { namespace, name, labels = {} } = item.object.metadata;
  if (item.object.kind === "Namespace") return selectsNamespace(selection, name);
  if (namespace === undefined ? !selection.includeClusterScope : !selectsNamespace(selection, namespace)) return false;
  const names = typeNames(item);
  const isType = (types: readonly string[]) => types.some((type) => type === "*" || names.has(type.toLowerCase()));
  if (selection.includedResourceTypes.length > 0 && !isType(selection.includedResourceTypes)) return false;
  if (isType(selection.excludedResourceTypes)) return false;
  return selection.labelSelectors.every((selector) => parseLabelSelector(selector)(labels));
}

function names(list: readonly string[], namespace: string): boolean {
  return list.includes("*") || list.includes(namespace);
}

/** The ways to say what an object's type is. */
function typeNames({ plural, object }: { readonly plural: string; readonly object: KubernetesObject }): Set<string> {
  const { apiVersion, kind } = object;
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const ofGroup = group === "" ? [] : [`${group}/${kind}`, `${plural}.${group}`, `${kind}.${group}`];
  return new Set([kind, plural, `${apiVersion}/${kind}`, ...ofGroup].map((name) => name.toLowerCase()));
}
