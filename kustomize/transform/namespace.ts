import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { identityOf, idText, livesInNoNamespace } from "../resource/resource-id.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import { bareNode, fieldOf, isMissing, nodeAt, putField, setScalar, textOf, type YamlNode } from "../yaml/node.ts";

/** Which subjects of role bindings move along: those called `default`, all service accounts, or none. */
export type SubjectMode = "defaultOnly" | "allServiceAccounts" | "none";

/** What is moved, and how. */
export interface NamespaceRule {
  readonly namespace: string;
  readonly fields: readonly FieldSpec[];
  readonly subjects?: SubjectMode;
  /** Only where no namespace is said. */
  readonly unsetOnly?: boolean;
}

/**
 * Moves all objects into a namespace (kustomize api/filters/namespace): namespaced ones, the name of a Namespace itself,
 * services that an APIService or a conversion webhook names, and subjects of role bindings. Throws a RenderProblem when
 * two objects become one.
 */
export function setNamespace(set: ResourceSet, rule: NamespaceRule): void {
  for (const resource of set.list) {
    if (resource.isGone) continue;
    resource.rememberId();
    move(resource, rule);
  }
  const seen = new Set<string>();
  for (const resource of set.list) {
    const id = resource.id();
    if (seen.has(identityOf(id))) {
      throw new RenderProblem(`in namespace ${rule.namespace}, ${idText(id)} is there twice`);
    }
    seen.add(identityOf(id));
  }
}

function move(resource: Resource, rule: NamespaceRule): void {
  const visit = (node: YamlNode) => setText(node, rule);
  if (!livesInNoNamespace(resource.id())) {
    visitField(resource, { path: "metadata/namespace", create: true }, visit, "scalar");
  }
  const binds = resource.kind === "RoleBinding" || resource.kind === "ClusterRoleBinding";
  if (binds) moveSubjects(resource, rule);
  for (const spec of rule.fields) {
    if (spec.path === "metadata/namespace") continue;
    if (spec.path === "metadata/name" && resource.apiVersion !== "v1") continue;
    if (binds && /^(?:Cluster)?RoleBinding$/.test(spec.kind ?? "") && spec.path === "subjects/namespace") continue;
    visitField(resource, spec, visit, "scalar");
  }
}

function setText(node: YamlNode, { namespace, unsetOnly }: NamespaceRule): void {
  if (node.kind !== "scalar") throw new RenderProblem("a namespace must be text");
  if (unsetOnly && !isMissing(node) && node.value !== "") return;
  setScalar(node, namespace, "!!str");
}

function moveSubjects(resource: Resource, rule: NamespaceRule): void {
  const subjects = nodeAt(resource.node, "subjects");
  if (isMissing(subjects) || rule.subjects === "none") return;
  if (subjects.kind !== "list") throw new RenderProblem(`the subjects of ${resource} must be a list`);
  const [field, value] = rule.subjects === "allServiceAccounts" ? ["kind", "ServiceAccount"] : ["name", "default"];
  for (const subject of subjects.items) {
    if (subject.kind !== "map" || textOf(fieldOf(subject, field ?? "")) !== value) continue;
    if (fieldOf(subject, "namespace") === undefined) putField(subject, "namespace", bareNode(""));
    const namespace = fieldOf(subject, "namespace");
    if (namespace) setText(namespace, rule);
  }
}
