import type { ClusterModel } from "../model/cluster-model.ts";
import { resourcesOf } from "../model/custom-resources.ts";
import type { CustomResourceDefinition } from "../model/definition-object.ts";
import { deleteObject } from "../model/deletion.ts";
import { withCondition } from "../model/pod-state.ts";
import { tableNameOf } from "../model/resources.ts";
import type { Controller } from "./controller.ts";

const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** Establishes definitions, and takes the objects of a deleted one away before it goes itself. */
export const definitionController: Controller = {
  name: "definition",

  keysOf({ type, resource, object }, cluster) {
    if (resource.plural === "customresourcedefinitions" && !resource.isCustom) {
      return type === "DELETED" ? [] : [object.metadata.name];
    }
    if (type !== "DELETED" || !resource.isCustom) return [];
    const definition = cluster.table("customresourcedefinitions").find(undefined, tableNameOf(resource));
    return definition?.metadata.deletionTimestamp === undefined ? [] : [definition.metadata.name];
  },

  reconcile(cluster, name) {
    const definition = cluster.table("customresourcedefinitions").find(undefined, name);
    if (!definition) return;
    if (definition.metadata.deletionTimestamp === undefined) establish(cluster, definition);
    else cleanUp(cluster, definition);
  },
};

function establish(cluster: ClusterModel, definition: CustomResourceDefinition): void {
  const now = cluster.nowText();
  const accepted = { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" };
  const established = {
    type: "Established",
    status: "True",
    reason: "InitialNamesAccepted",
    message: "the initial names have been accepted",
  };
  const conditions = withCondition(withCondition(definition.status?.conditions, accepted, now), established, now);
  const { names, versions } = definition.spec;
  const singular = names.singular ?? names.kind.toLowerCase();
  const acceptedNames = { ...names, singular, listKind: names.listKind ?? `${names.kind}List` };
  const storedVersions = versions.filter(({ storage }) => storage).map((version) => version.name);
  const status = { ...definition.status, conditions, acceptedNames, storedVersions };
  cluster.table("customresourcedefinitions").update({ ...definition, status });
}

function cleanUp(cluster: ClusterModel, definition: CustomResourceDefinition): void {
  const [resource] = resourcesOf(definition);
  if (!resource || !definition.metadata.finalizers?.includes(CLEANUP)) return;
  for (const object of cluster.tableOf(resource).list()) {
    if (object.metadata.deletionTimestamp === undefined) deleteObject(cluster, resource, object);
  }
  if (cluster.tableOf(resource).size > 0) return;
  const current = cluster.table("customresourcedefinitions").find(undefined, definition.metadata.name);
  if (!current) return;
  const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP);
  cluster.table("customresourcedefinitions").update({ ...current, metadata: { ...current.metadata, finalizers } });
}
