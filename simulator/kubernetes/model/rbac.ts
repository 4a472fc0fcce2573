import type { ClusterModel } from "./cluster-model.ts";
import { isObject } from "./list-keys.ts";

/** Somebody who asks. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Who the credentials that Resource Manager hands out are for. */
export const CLUSTER_ADMIN: Identity = { user: "masterclient", groups: ["system:masters", "system:authenticated"] };

/** What somebody wants to do. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** A rule of a role, as far as it is about resources. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames: readonly string[];
}

/** Whether the cluster's roles and bindings let somebody do something; masters may do anything. */
export function isAllowed(cluster: ClusterModel, identity: Identity, access: Access): boolean {
  if (identity.groups.includes("system:masters")) return true;
  return rulesFor(cluster, identity, access.namespace).some((rule) => covers(rule, access));
}

/** Every rule that somebody has, in the whole cluster and in one namespace. */
export function rulesFor(cluster: ClusterModel, identity: Identity, namespace: string | undefined): Rule[] {
  const bindings = [
    ...cluster.table("clusterrolebindings").list(),
    ...(namespace === undefined ? [] : cluster.table("rolebindings").list(namespace)),
  ];
  return bindings
    .filter((binding) => listOf(binding, "subjects").some((subject) => isSubject(subject, identity, namespace)))
    .flatMap((binding) => rulesOfRole(cluster, Reflect.get(binding, "roleRef"), binding.metadata.namespace));
}

function rulesOfRole(cluster: ClusterModel, reference: unknown, namespace: string | undefined): Rule[] {
  if (!isObject(reference)) return [];
  const name = String(reference.name);
  const role =
    reference.kind === "ClusterRole"
      ? cluster.table("clusterroles").find(undefined, name)
      : cluster.table("roles").find(namespace, name);
  return listOf(role, "rules").map((rule) => ({
    apiGroups: texts(rule, "apiGroups"),
    resources: texts(rule, "resources"),
    verbs: texts(rule, "verbs"),
    resourceNames: texts(rule, "resourceNames"),
  }));
}

function isSubject(subject: unknown, { user, groups }: Identity, namespace: string | undefined): boolean {
  if (!isObject(subject)) return false;
  if (subject.kind === "Group") return groups.includes(String(subject.name));
  if (subject.kind === "User") return subject.name === user;
  return user === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
}

function covers(rule: Rule, { verb, group, resource, name }: Access): boolean {
  const has = (list: readonly string[], value: string) => list.includes("*") || list.includes(value);
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group) || !has(rule.resources, resource)) return false;
  return rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name));
}

function listOf(holder: unknown, field: string): readonly unknown[] {
  const value: unknown = isObject(holder) ? holder[field] : undefined;
  return Array.isArray(value) ? value : [];
}

function texts(holder: unknown, field: string): string[] {
  return listOf(holder, field).map(String);
}
