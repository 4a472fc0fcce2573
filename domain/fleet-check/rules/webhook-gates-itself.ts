import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule } from "../fleet-rule.ts";
import { type Fields, fieldsAt, isFields, listAt, textAt } from "../objects/fields.ts";
import { objectText, placeOf } from "../objects/fleet-object.ts";
import { podOf } from "../references/pods.ts";

/** A webhook that must answer before the pod that answers may be made. */
export const webhookGatesItself: FleetRule = {
  code: "WebhookGatesItself",
  severity: "warning",
  sentence: "No webhook has to admit the pods of its own controller.",
  remedy: "Leave the controller's namespace out by a namespaceSelector, or set failurePolicy: Ignore.",
  check: ({ view }) => {
    const configurations = [
      ...view.kind("ValidatingWebhookConfiguration"),
      ...view.kind("MutatingWebhookConfiguration"),
    ];
    return configurations.flatMap(({ object, unit }) =>
      listAt(object.body, "webhooks")
        .filter(isFields)
        .filter((webhook) => gatesPods(webhook) && !leavesOut(view, webhook))
        .flatMap((webhook) => {
          const controller = controllerOf(view, webhook);
          if (!controller) return [];
          const name = textAt(webhook, "name") ?? "";
          return [
            {
              subject: unit.key,
              message: `webhook ${name} of ${object.name} must admit the pods of ${objectText(controller)}, which answers it: once it is down it stays down`,
              places: [placeOf(object, name), placeOf(controller)],
            },
          ];
        }),
    );
  },
};

function gatesPods(webhook: Fields): boolean {
  if ((textAt(webhook, "failurePolicy") ?? "Fail") !== "Fail") return false;
  return listAt(webhook, "rules").some((rule) => {
    const has = (field: string, ...wanted: string[]) =>
      listAt(rule, field).some((value) => value === "*" || wanted.includes(String(value)));
    return has("operations", "CREATE") && has("apiGroups", "") && has("resources", "pods", "*/*", "pods/*");
  });
}

/** Whether its selectors leave out the namespace or the pods of its service. What cannot be judged counts as left out. */
function leavesOut(view: ClusterView, webhook: Fields): boolean {
  const namespace = textAt(webhook, "clientConfig", "service", "namespace") ?? "";
  const labels: Fields = {
    "kubernetes.io/metadata.name": namespace,
    ...fieldsAt(view.find("Namespace", null, namespace)?.object.body, "metadata", "labels"),
  };
  const isEmpty = Object.keys(fieldsAt(webhook, "objectSelector")).length === 0;
  return !isEmpty || !selects(fieldsAt(webhook, "namespaceSelector"), labels);
}

function selects(selector: Fields, labels: Fields): boolean {
  const exact = Object.entries(fieldsAt(selector, "matchLabels")).every(([name, value]) => labels[name] === value);
  return (
    exact &&
    listAt(selector, "matchExpressions").every((expression) => {
      const value = labels[textAt(expression, "key") ?? ""];
      const values = listAt(expression, "values");
      switch (textAt(expression, "operator")) {
        case "In":
          return values.includes(value);
        case "NotIn":
          return !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}

/** The workload behind the webhook's service. */
function controllerOf(view: ClusterView, webhook: Fields) {
  const name = textAt(webhook, "clientConfig", "service", "name");
  const namespace = textAt(webhook, "clientConfig", "service", "namespace");
  if (name === undefined || namespace === undefined) return undefined;
  const service = view.find("Service", namespace, name);
  const selector = Object.entries(fieldsAt(service?.object.body, "spec", "selector"));
  if (selector.length === 0) return undefined;
  return view.objects.find(({ object }) => {
    const pod = object.namespace === namespace ? podOf(object) : null;
    return pod !== null && selector.every(([label, value]) => pod.labels[label] === value);
  })?.object;
}
