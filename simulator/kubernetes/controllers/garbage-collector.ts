import { deletePod } from "../model/pod-lifecycle.ts";
import type { ResourceName } from "../model/resources.ts";
import type { Controller } from "./controller.ts";

/** Who may own what, for the walk from a deleted owner to its dependents. */
const DEPENDENTS: Readonly<Record<string, readonly ResourceName[]>> = {
  deployments: ["replicasets"],
  replicasets: ["pods"],
  statefulsets: ["pods"],
  daemonsets: ["pods"],
  jobs: ["pods"],
};

/** Takes away what a deleted owner leaves, what ran on a node that is gone, and what a deleted namespace held. */
export const garbageCollector: Controller = {
  name: "garbage-collector",

  keysOf({ type, resource, object }) {
    if (type !== "DELETED") return [];
    if (resource.plural === "nodes") return [`node ${object.metadata.name}`];
    if (resource.plural === "namespaces") return [`namespace ${object.metadata.name}`];
    return resource.plural in DEPENDENTS ? [`${resource.plural} ${object.metadata.uid}`] : [];
  },

  reconcile(cluster, key) {
    const [kind = "", id = ""] = key.split(" ");
    if (kind === "node") {
      if (cluster.table("nodes").find(undefined, id)) return;
      for (const pod of cluster.pods.onNode(id)) cluster.table("pods").remove(pod);
      return;
    }
    if (kind === "namespace") {
      for (const plural of ["deployments", "statefulsets", "daemonsets", "jobs", "replicasets", "pods"] as const) {
        for (const object of cluster.table(plural).list(id)) cluster.table(plural).remove(object);
      }
      return;
    }
    for (const pod of cluster.pods.ownedBy(id)) deletePod(cluster, pod);
    for (const plural of DEPENDENTS[kind] ?? []) {
      if (plural === "pods") continue;
      for (const object of cluster.table(plural).list()) {
        if (object.metadata.ownerReferences?.some(({ uid }) => uid === id)) cluster.table(plural).remove(object);
      }
    }
  },
};
