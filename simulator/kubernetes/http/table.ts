import type { Budget, Deployment, KubernetesNode, KubernetesObject, Pod } from "../model/objects.ts";
import { budgetSchema, deploymentSchema, nodeSchema, podSchema } from "../model/objects.ts";
import { isNodeReady, isPodReady, isPodTerminating } from "../model/pod-state.ts";
import type { Resource } from "../model/resources.ts";

/** What `kubectl get` shows of an object: column names and a cell for each. */
interface Columns {
  readonly names: readonly string[];
  cells(object: KubernetesObject, nowMs: number): readonly string[];
}

const COLUMNS: Readonly<Record<string, Columns>> = {
  pods: {
    names: ["Name", "Ready", "Status", "Restarts", "Age", "Node"],
    cells: (object, nowMs) => podCells(podSchema.parse(object), nowMs),
  },
  nodes: {
    names: ["Name", "Status", "Roles", "Age", "Version"],
    cells: (object, nowMs) => nodeCells(nodeSchema.parse(object), nowMs),
  },
  deployments: {
    names: ["Name", "Ready", "Up-to-date", "Available", "Age"],
    cells: (object, nowMs) => deploymentCells(deploymentSchema.parse(object), nowMs),
  },
  poddisruptionbudgets: {
    names: ["Name", "Min Available", "Max Unavailable", "Allowed Disruptions", "Age"],
    cells: (object, nowMs) => budgetCells(budgetSchema.parse(object), nowMs),
  },
};

const DEFAULT_COLUMNS: Columns = {
  names: ["Name", "Age"],
  cells: ({ metadata }, nowMs) => [metadata.name, age(metadata.creationTimestamp, nowMs)],
};

/** Whether a client asks for the server's table (`kubectl get` without `-o`). */
export function wantsTable(accept: string): boolean {
  return accept.split(",").some((type) => type.includes("as=Table") && type.includes("v=v1;"));
}

/** The Table form of an object or a list. */
export function asTable(
  found: KubernetesObject | { readonly metadata: object; readonly items: readonly KubernetesObject[] },
  resource: Resource,
  nowMs: number,
) {
  const { names, cells } = COLUMNS[resource.plural] ?? DEFAULT_COLUMNS;
  const objects = "items" in found && Array.isArray(found.items) ? found.items : [found];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: "items" in found ? found.metadata : {},
    columnDefinitions: names.map((name) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: name === "Node" ? 1 : 0,
    })),
    rows: objects.map((object: KubernetesObject) => ({
      cells: cells(object, nowMs),
      object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata },
    })),
  };
}

function podCells(pod: Pod, nowMs: number): string[] {
  const restarts = (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
  const count = pod.spec.containers.length;
  const phase = pod.status?.phase === "Succeeded" ? "Completed" : (pod.status?.phase ?? "Unknown");
  return [
    pod.metadata.name,
    `${isPodReady(pod) ? count : 0}/${count}`,
    isPodTerminating(pod) ? "Terminating" : phase,
    String(restarts),
    age(pod.metadata.creationTimestamp, nowMs),
    pod.spec.nodeName ?? "<none>",
  ];
}

function nodeCells(node: KubernetesNode, nowMs: number): string[] {
  const states = [
    isNodeReady(node) ? "Ready" : "NotReady",
    ...(node.spec.unschedulable === true ? ["SchedulingDisabled"] : []),
  ];
  const info = node.status.nodeInfo;
  const version =
    typeof info === "object" && info !== null && "kubeletVersion" in info ? String(info.kubeletVersion) : "";
  return [node.metadata.name, states.join(","), "<none>", age(node.metadata.creationTimestamp, nowMs), version];
}

function deploymentCells(deployment: Deployment, nowMs: number): string[] {
  const { status } = deployment;
  return [
    deployment.metadata.name,
    `${status?.readyReplicas ?? 0}/${deployment.spec.replicas}`,
    String(status?.updatedReplicas ?? 0),
    String(status?.availableReplicas ?? 0),
    age(deployment.metadata.creationTimestamp, nowMs),
  ];
}

function budgetCells(budget: Budget, nowMs: number): string[] {
  return [
    budget.metadata.name,
    String(budget.spec.minAvailable ?? "N/A"),
    String(budget.spec.maxUnavailable ?? "N/A"),
    String(budget.status?.disruptionsAllowed ?? 0),
    age(budget.metadata.creationTimestamp, nowMs),
  ];
}

function age(since: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(since)) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
