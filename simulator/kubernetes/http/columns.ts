import type { ClusterModel } from "../model/cluster-model.ts";
import { versionOf } from "../model/custom-resources.ts";
import type { KubernetesNode, KubernetesObject, Metadata, Pod } from "../model/objects.ts";
import { isNodeReady, isPodReady, isPodTerminating } from "../model/pod-state.ts";
import { isBuiltIn, type ObjectOf, RESOURCE_SCHEMAS, type Resource, type ResourceName } from "../model/resources.ts";
import { evaluateColumn } from "./custom-columns.ts";

/** A column of `kubectl get`; a wide one is shown with `-o wide` only. */
interface Column<T> {
  readonly name: string;
  readonly isWide?: boolean;
  cell(object: T, nowMs: number): string | number;
}

/** The columns of a kind's table, as the real server names them. */
export interface Columns {
  readonly definitions: ReadonlyArray<{ readonly name: string; readonly isWide: boolean }>;
  cells(object: KubernetesObject, nowMs: number): Array<string | number>;
}

type Named = { readonly metadata: Metadata };

const NAME: Column<Named> = { name: "Name", cell: ({ metadata }) => metadata.name };
const AGE: Column<Named> = { name: "Age", cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) };

function columns<R extends ResourceName>(resource: R, ...list: ReadonlyArray<Column<ObjectOf<R>>>): Columns {
  return {
    definitions: list.map(({ name, isWide = false }) => ({ name, isWide })),
    cells(object, nowMs) {
      const parsed = RESOURCE_SCHEMAS[resource].parse(object) as ObjectOf<R>;
      return list.map((column) => column.cell(parsed, nowMs));
    },
  };
}

const COLUMNS: Readonly<Partial<Record<ResourceName, Columns>>> = {
  pods: columns(
    "pods",
    NAME,
    {
      name: "Ready",
      cell: (pod) => `${isPodReady(pod) ? pod.spec.containers.length : 0}/${pod.spec.containers.length}`,
    },
    { name: "Status", cell: podStatus },
    { name: "Restarts", cell: restarts },
    AGE,
    { name: "IP", isWide: true, cell: ({ status }) => textOf(status, "podIP") },
    { name: "Node", isWide: true, cell: ({ spec }) => spec.nodeName ?? "<none>" },
  ),
  nodes: columns(
    "nodes",
    NAME,
    { name: "Status", cell: nodeStatus },
    { name: "Roles", cell: () => "<none>" },
    AGE,
    { name: "Version", cell: ({ status }) => textOf(status.nodeInfo, "kubeletVersion") },
    { name: "Internal-IP", isWide: true, cell: internalAddress },
    { name: "OS-Image", isWide: true, cell: ({ status }) => textOf(status.nodeInfo, "osImage") },
    { name: "Kernel-Version", isWide: true, cell: ({ status }) => textOf(status.nodeInfo, "kernelVersion") },
    {
      name: "Container-Runtime",
      isWide: true,
      cell: ({ status }) => textOf(status.nodeInfo, "containerRuntimeVersion"),
    },
  ),
  deployments: columns(
    "deployments",
    NAME,
    { name: "Ready", cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}` },
    { name: "Up-to-date", cell: ({ status }) => Number(status?.updatedReplicas ?? 0) },
    { name: "Available", cell: ({ status }) => status?.availableReplicas ?? 0 },
    AGE,
  ),
  replicasets: columns(
    "replicasets",
    NAME,
    { name: "Desired", cell: ({ spec }) => spec.replicas },
    { name: "Current", cell: ({ status }) => status?.replicas ?? 0 },
    { name: "Ready", cell: ({ status }) => status?.readyReplicas ?? 0 },
    AGE,
  ),
  statefulsets: columns(
    "statefulsets",
    NAME,
    { name: "Ready", cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}` },
    AGE,
  ),
  daemonsets: columns(
    "daemonsets",
    NAME,
    { name: "Desired", cell: ({ status }) => Number(status?.desiredNumberScheduled ?? 0) },
    { name: "Current", cell: ({ status }) => Number(status?.currentNumberScheduled ?? 0) },
    { name: "Ready", cell: ({ status }) => Number(status?.numberReady ?? 0) },
    AGE,
  ),
  jobs: columns(
    "jobs",
    NAME,
    { name: "Completions", cell: ({ spec, status }) => `${status?.succeeded ?? 0}/${spec.completions}` },
    AGE,
  ),
  events: columns(
    "events",
    { name: "Last Seen", cell: (event, nowMs) => ageOf(event.lastTimestamp, nowMs) },
    { name: "Type", cell: (event) => textOf(event, "type") },
    { name: "Reason", cell: (event) => textOf(event, "reason") },
    { name: "Object", cell: (event) => involved(event.involvedObject) },
    { name: "Message", cell: (event) => textOf(event, "message") },
  ),
  namespaces: columns("namespaces", NAME, { name: "Status", cell: ({ status }) => status?.phase ?? "Active" }, AGE),
  persistentvolumeclaims: columns(
    "persistentvolumeclaims",
    NAME,
    { name: "Status", cell: ({ status }) => status?.phase ?? "Pending" },
    { name: "Volume", cell: ({ spec }) => spec.volumeName ?? "" },
    {
      name: "Capacity",
      cell: ({ spec, status }) => (status?.phase === "Bound" ? (spec.resources?.requests?.storage ?? "") : ""),
    },
    { name: "Access Modes", cell: ({ spec }) => accessModes(spec.accessModes) },
    { name: "StorageClass", cell: ({ spec }) => spec.storageClassName ?? "" },
    AGE,
  ),
  services: columns(
    "services",
    NAME,
    { name: "Type", cell: ({ spec }) => textOf(spec, "type") },
    { name: "Cluster-IP", cell: ({ spec }) => textOf(spec, "clusterIP") },
    { name: "External-IP", cell: () => "<none>" },
    AGE,
  ),
  storageclasses: columns(
    "storageclasses",
    NAME,
    { name: "Provisioner", cell: ({ provisioner }) => provisioner },
    { name: "ReclaimPolicy", cell: ({ reclaimPolicy }) => reclaimPolicy ?? "Delete" },
    { name: "VolumeBindingMode", cell: ({ volumeBindingMode }) => volumeBindingMode ?? "Immediate" },
    AGE,
  ),
  customresourcedefinitions: columns("customresourcedefinitions", NAME, {
    name: "Created At",
    cell: ({ metadata }) => metadata.creationTimestamp,
  }),
  poddisruptionbudgets: columns(
    "poddisruptionbudgets",
    NAME,
    { name: "Min Available", cell: ({ spec }) => spec.minAvailable ?? "N/A" },
    { name: "Max Unavailable", cell: ({ spec }) => spec.maxUnavailable ?? "N/A" },
    { name: "Allowed Disruptions", cell: ({ status }) => status?.disruptionsAllowed ?? 0 },
    AGE,
  ),
};

const DEFAULT_COLUMNS: Columns = {
  definitions: [NAME, AGE].map(({ name }) => ({ name, isWide: false })),
  cells: (object, nowMs) => [NAME, AGE].map((column) => column.cell(object, nowMs)),
};

/** The columns of a resource's table; name and age for kinds of no special interest. */
export function columnsOf(cluster: ClusterModel, resource: Resource): Columns {
  return isBuiltIn(resource) ? (COLUMNS[resource.plural] ?? DEFAULT_COLUMNS) : customColumns(cluster, resource);
}

function customColumns(cluster: ClusterModel, { plural, group, version }: Resource): Columns {
  const definition = cluster.table("customresourcedefinitions").find(undefined, `${plural}.${group}`);
  const own = (definition && versionOf(definition, version)?.additionalPrinterColumns) ?? [];
  if (own.length === 0) return DEFAULT_COLUMNS;
  return {
    definitions: [
      { name: "Name", isWide: false },
      ...own.map(({ name, priority = 0 }) => ({ name, isWide: priority > 0 })),
    ],
    cells: (object, nowMs) => [
      object.metadata.name,
      ...own.map(({ jsonPath, type }) => {
        const text = evaluateColumn(object, jsonPath);
        return type === "date" && text !== "" ? age(text, nowMs) : text;
      }),
    ],
  };
}

function podStatus(pod: Pod): string {
  if (isPodTerminating(pod)) return "Terminating";
  const states = (pod.status?.containerStatuses ?? []).map(({ state }) => state);
  const waiting = states.find((state) => state?.waiting?.reason !== undefined)?.waiting?.reason;
  if (waiting !== undefined) return waiting;
  if (pod.status?.phase === "Failed") return "Error";
  return pod.status?.phase === "Succeeded" ? "Completed" : (pod.status?.phase ?? "Unknown");
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function nodeStatus(node: KubernetesNode): string {
  const ready = isNodeReady(node) ? "Ready" : "NotReady";
  return node.spec.unschedulable === true ? `${ready},SchedulingDisabled` : ready;
}

function internalAddress({ status }: KubernetesNode): string {
  const addresses: readonly unknown[] = Array.isArray(status.addresses) ? status.addresses : [];
  const found = addresses.find((address) => textOf(address, "type") === "InternalIP");
  return textOf(found, "address");
}

function textOf(holder: unknown, field: string): string {
  const value = typeof holder === "object" && holder !== null ? Reflect.get(holder, field) : undefined;
  return typeof value === "string" && value !== "" ? value : "<none>";
}

function ageOf(since: unknown, nowMs: number): string {
  return typeof since === "string" ? age(since, nowMs) : "<unknown>";
}

function involved(involvedObject: unknown): string {
  return `${textOf(involvedObject, "kind").toLowerCase()}/${textOf(involvedObject, "name")}`;
}

function accessModes(modes: readonly string[] = []): string {
  return modes.map((mode) => mode.replace(/[a-z]/g, "")).join(",");
}

function age(since: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(since)) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
