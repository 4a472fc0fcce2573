import type { ClusterModel } from "../model/cluster-model.ts";
import type { ObjectChange } from "../model/object-table.ts";
import type { KubernetesObject, Metadata } from "../model/objects.ts";

/** One loop of the controller manager: it is told which keys a change concerns, and brings each to what is wanted. */
export interface Controller {
  readonly name: string;
  /** The keys to look at after this change; none when it is of no concern. */
  keysOf(change: ObjectChange, cluster: ClusterModel): readonly string[];
  /** Brings one key closer to what its object wants. Called again while what it does causes changes. */
  reconcile(cluster: ClusterModel, key: string): void;
}

/** The name of the controlling owner of this kind, as a key of its table; none when there is no such owner. */
export function controllerKeyOf(object: KubernetesObject, kind: string): string[] {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return owner?.kind === kind ? [`${object.metadata.namespace}/${owner.name}`] : [];
}

/** The owner reference that makes `owner` the controller of what carries it. */
export function controlledBy(owner: KubernetesObject): NonNullable<Metadata["ownerReferences"]> {
  return [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
}

/** Splits a table key of a namespaced object. */
export function splitKey(key: string): readonly [namespace: string, name: string] {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
}
