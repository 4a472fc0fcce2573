import type { AzureModel } from "../azure/azure-model.ts";
import type { Condition } from "../kubernetes/model/objects.ts";
import type { Labels, Series } from "./promql-evaluate.ts";
import type { Selector } from "./promql-syntax.ts";
import { copiesAt, countsAt, type WorkloadHistories } from "./workload-history.ts";

const CONDITION_VALUES = ["true", "false", "unknown"];

/** The series of a metric as the model has them: of one cluster where the selector names it, of all otherwise. */
export function modelSeries(azure: AzureModel, histories: WorkloadHistories, selector: Selector): Series[] {
  const { metric } = selector;
  const named = selector.matchers.find(({ label, operator }) => label === "cluster" && operator === "=")?.value;
  const clusters = azure.clusters
    .values()
    .map(({ name }) => name)
    .filter((name) => named === undefined || name === named)
    .sort();
  // A cluster's Kubernetes is made when somebody looks, and monitoring does.
  const models = clusters.map((name) => azure.kubernetes(name));
  const withName = (labels: Labels): Labels => ({ __name__: metric, ...labels });
  if (metric === "kube_pod_status_ready") {
    return models.flatMap((model) =>
      model
        .table("pods")
        .list()
        .flatMap(({ metadata, status }) => {
          const of = { cluster: model.name, namespace: metadata.namespace ?? "", pod: metadata.name };
          return conditionSeries(withName(of), metadata.creationTimestamp, find(status?.conditions, "Ready"));
        }),
    );
  }
  if (metric === "kube_node_status_condition") {
    return models.flatMap((model) =>
      model
        .table("nodes")
        .list()
        .flatMap(({ metadata, status }) =>
          status.conditions.flatMap((condition) => {
            const of = { cluster: model.name, node: metadata.name, condition: condition.type };
            return conditionSeries(withName(of), metadata.creationTimestamp, condition, "status");
          }),
        ),
    );
  }
  return workloadSeries(metric, clusters, histories, withName);
}

function workloadSeries(
  metric: string,
  clusters: readonly string[],
  histories: WorkloadHistories,
  withName: (labels: Labels) => Labels,
): Series[] {
  const known = histories
    .all()
    .filter(({ cluster }) => clusters.includes(cluster))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  return known.flatMap((history): Series[] => {
    const { cluster, namespace, name } = history;
    const gauge = (read: "wanted" | "available"): Series[] => [
      {
        labels: withName({ cluster, namespace, deployment: name }),
        valueAt: (ms) => copiesAt(history, ms)?.[read],
      },
    ];
    if (metric === "kube_deployment_status_replicas_available") return gauge("available");
    if (metric === "kube_deployment_spec_replicas") return gauge("wanted");
    if (metric !== "http_requests_total") return [];
    const [first] = history.points;
    const counter = (code: string, read: "served" | "failed"): Series => ({
      labels: withName({ cluster, namespace, service: name, code }),
      valueAt: (ms) => (copiesAt(history, ms) ? Math.floor(countsAt(history, ms)[read]) : undefined),
      ...(first ? { sinceMs: first.atMs } : {}),
    });
    return [counter("200", "served"), counter("503", "failed")];
  });
}

/**
 * A series for each value of a condition, 1 for the one that holds. Of the past the object tells when it last changed: before
 * that the condition was the other way round.
 */
function conditionSeries(
  labels: Labels,
  createdAt: string | undefined,
  condition: Condition | undefined,
  valueLabel = "condition",
): Series[] {
  const createdMs = Date.parse(createdAt ?? "");
  const changedMs = Date.parse(condition?.lastTransitionTime ?? createdAt ?? "");
  const now = (condition?.status ?? "False").toLowerCase();
  const earlier = now === "true" ? "false" : "true";
  return CONDITION_VALUES.map((value) => ({
    labels: { ...labels, [valueLabel]: value },
    valueAt: (ms) => (ms < createdMs ? undefined : Number((ms >= changedMs ? now : earlier) === value)),
  }));
}

function find(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function keyOf({ cluster, namespace, name }: { cluster: string; namespace: string; name: string }): string {
  return `${cluster}/${namespace}/${name}`;
}
