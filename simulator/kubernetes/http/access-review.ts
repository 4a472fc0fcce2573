import type { ClusterModel } from "../model/cluster-model.ts";
import { isObject } from "../model/list-keys.ts";
import { type Identity, isAllowed, rulesFor } from "../model/rbac.ts";
import { StatusError } from "../model/status-error.ts";

/** The reviews that are served, by resource: what discovery says of them. */
export const REVIEWS = [
  {
    name: "selfsubjectaccessreviews",
    kind: "SelfSubjectAccessReview",
    group: "authorization.k8s.io",
    namespaced: false,
  },
  { name: "selfsubjectrulesreviews", kind: "SelfSubjectRulesReview", group: "authorization.k8s.io", namespaced: false },
  { name: "subjectaccessreviews", kind: "SubjectAccessReview", group: "authorization.k8s.io", namespaced: false },
  { name: "selfsubjectreviews", kind: "SelfSubjectReview", group: "authentication.k8s.io", namespaced: false },
] as const;

/** Answers a review: may I, may they, what may I, who am I. Throws a 404 Status for others. */
export function answerReview(cluster: ClusterModel, resource: string, body: unknown, identity: Identity): object {
  const review = REVIEWS.find(({ name }) => name === resource);
  if (!review) throw new StatusError(404, "NotFound", "the server could not find the requested resource");
  const spec = isObject(body) && isObject(body.spec) ? body.spec : {};
  const bare = { kind: review.kind, apiVersion: `${review.group}/v1`, metadata: { creationTimestamp: null } };
  const head = { ...bare, spec };
  switch (review.kind) {
    case "SelfSubjectReview":
      return { ...bare, status: { userInfo: { username: identity.user, groups: identity.groups } } };
    case "SelfSubjectRulesReview":
      return { ...head, status: ownRules(cluster, identity, spec.namespace) };
    case "SubjectAccessReview":
      return { ...head, status: decide(cluster, subjectOf(spec), spec) };
    case "SelfSubjectAccessReview":
      return { ...head, status: decide(cluster, identity, spec) };
  }
}

function subjectOf(spec: Readonly<Record<string, unknown>>): Identity {
  const groups = Array.isArray(spec.groups) ? spec.groups.map(String) : [];
  return { user: String(spec.user ?? ""), groups };
}

function decide(cluster: ClusterModel, identity: Identity, spec: Readonly<Record<string, unknown>>) {
  const wanted = isObject(spec.resourceAttributes) ? spec.resourceAttributes : undefined;
  if (!wanted) return { allowed: identity.groups.includes("system:masters") };
  const text = (field: string) =>
    typeof wanted[field] === "string" && wanted[field] !== "" ? wanted[field] : undefined;
  const subresource = text("subresource");
  const resource = text("resource") ?? "*";
  const allowed = isAllowed(cluster, identity, {
    verb: text("verb") ?? "*",
    group: text("group") ?? "",
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    name: text("name"),
    namespace: text("namespace"),
  });
  return { allowed };
}

function ownRules(cluster: ClusterModel, identity: Identity, namespace: unknown) {
  const everything = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
  const isMaster = identity.groups.includes("system:masters");
  const place = typeof namespace === "string" ? namespace : undefined;
  return {
    resourceRules: isMaster ? [everything] : rulesFor(cluster, identity, place),
    nonResourceRules: isMaster ? [{ nonResourceURLs: ["*"], verbs: ["*"] }] : [],
    incomplete: false,
  };
}
