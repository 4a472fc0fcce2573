import type { KubernetesObject, LabelSelector } from "./objects.ts";
import { badRequest } from "./status-error.ts";

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** Whether labels satisfy a selector object. An empty selector matches everything. */
export function matchesSelector(selector: LabelSelector, labels: Labels = {}): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labels[key] !== value) return false;
  }
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}

/** Reads a `labelSelector` query. Throws a 400 Status for what it cannot read. */
export function parseLabelSelector(text: string): Requirement {
  const terms = text.split(/,(?![^()]*\))/).map((term) => term.trim());
  const requirements = terms.filter((term) => term !== "").map(parseLabelTerm);
  return (labels) => requirements.every((matches) => matches(labels));
}

function parseLabelTerm(term: string): Requirement {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set?.[1] !== undefined && set[3] !== undefined) {
    const key = set[1];
    const values = set[3].split(",").map((value) => value.trim());
    const isIn = set[2] === "in";
    return (labels) => {
      const value = labels[key];
      return value === undefined ? !isIn : values.includes(value) === isIn;
    };
  }
  const equality = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(term);
  if (equality?.[1] !== undefined) {
    const [, key, operator, value] = equality;
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const existence = /^(!?)([\w./-]+)$/.exec(term);
  if (existence?.[2] !== undefined) {
    const [, negation, key] = existence;
    return (labels) => (labels[key] !== undefined) === (negation === "");
  }
  throw badRequest(`unable to parse requirement: ${term}`);
}

/** Fields that may be selected on, per plural resource name; every resource has name and namespace. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  pods: ["spec.nodeName", "spec.restartPolicy", "status.phase"],
  nodes: ["spec.unschedulable"],
  events: ["involvedObject.name", "involvedObject.namespace", "involvedObject.kind", "involvedObject.uid"],
  namespaces: ["status.phase"],
};

/** Reads a `fieldSelector` query of a resource. Throws a 400 Status for a field that cannot be selected on. */
export function parseFieldSelector(text: string, plural: string): (object: KubernetesObject) => boolean {
  const allowed = ["metadata.name", "metadata.namespace", ...(SELECTABLE[plural] ?? [])];
  const terms = text.split(",").filter((term) => term.trim() !== "");
  const requirements = terms.map((term) => {
    const match = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(term.trim());
    const [, field, operator, value] = match ?? [];
    if (field === undefined) throw badRequest(`invalid field selector: ${term}`);
    if (!allowed.includes(field)) throw badRequest(`field label not supported: ${field}`);
    return (object: KubernetesObject) => (fieldText(object, field) === value) === (operator !== "!=");
  });
  return (object) => requirements.every((matches) => matches(object));
}

function fieldText(object: KubernetesObject, path: string): string {
  let value: unknown = object;
  for (const name of path.split(".")) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (value === undefined || value === null) return path === "spec.unschedulable" ? "false" : "";
  return String(value);
}
