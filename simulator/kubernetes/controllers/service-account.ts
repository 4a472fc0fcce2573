import type { Controller } from "./controller.ts";

/** Gives every namespace its `default` service account, which pods run as when they name no other. */
export const serviceAccountController: Controller = {
  name: "service-account",

  keysOf({ type, resource, object }) {
    const isNamespace = resource.plural === "namespaces" && !resource.isCustom;
    if (isNamespace) return type === "DELETED" ? [] : [object.metadata.name];
    const isAccount = resource.plural === "serviceaccounts" && !resource.isCustom;
    return isAccount && type === "DELETED" ? [object.metadata.namespace ?? ""] : [];
  },

  reconcile(cluster, namespace) {
    const holder = cluster.table("namespaces").find(undefined, namespace);
    if (!holder || holder.metadata.deletionTimestamp !== undefined) return;
    const accounts = cluster.table("serviceaccounts");
    if (accounts.find(namespace, "default")) return;
    const head = { apiVersion: "v1", kind: "ServiceAccount" };
    accounts.add({ name: "default", namespace }, (metadata) => ({ ...head, metadata }), false);
  },
};
