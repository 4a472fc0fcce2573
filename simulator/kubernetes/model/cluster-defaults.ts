import type { ClusterModel } from "./cluster-model.ts";
import { apiVersionOf, type ResourceName, resourceNamed } from "./resources.ts";

type Content = Readonly<Record<string, unknown>>;

const EVERYTHING = { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
const READING = ["get", "list", "watch"];
const WRITING = [...READING, "create", "update", "patch", "delete", "deletecollection"];

/** What a new AKS cluster holds before anybody has used it, by kind and name. */
const DEFAULTS: ReadonlyArray<readonly [plural: ResourceName, name: string, content: Content]> = [
  ["clusterroles", "cluster-admin", EVERYTHING],
  [
    "clusterroles",
    "admin",
    { rules: [{ apiGroups: ["", "apps", "batch", "policy"], resources: ["*"], verbs: WRITING }] },
  ],
  ["clusterroles", "edit", { rules: [{ apiGroups: ["", "apps", "batch"], resources: ["*"], verbs: WRITING }] }],
  [
    "clusterroles",
    "view",
    { rules: [{ apiGroups: ["", "apps", "batch", "policy"], resources: ["*"], verbs: READING }] },
  ],
  [
    "clusterrolebindings",
    "cluster-admin",
    {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:masters" }],
    },
  ],
  ["priorityclasses", "system-node-critical", { value: 2_000_001_000 }],
  ["priorityclasses", "system-cluster-critical", { value: 2_000_000_000 }],
  storageClass("default", "disk.csi.azure.com", "WaitForFirstConsumer"),
  storageClass("managed-csi", "disk.csi.azure.com", "WaitForFirstConsumer"),
  storageClass("managed-csi-premium", "disk.csi.azure.com", "WaitForFirstConsumer"),
  storageClass("azurefile-csi", "file.csi.azure.com", "Immediate"),
  ["csidrivers", "disk.csi.azure.com", { spec: { attachRequired: true } }],
  ["csidrivers", "file.csi.azure.com", { spec: { attachRequired: false } }],
];

function storageClass(name: string, provisioner: string, volumeBindingMode: string) {
  const content = { provisioner, volumeBindingMode, reclaimPolicy: "Delete", allowVolumeExpansion: true };
  return ["storageclasses", name, content] as const;
}

const DEFAULT_CLASS = { "storageclass.kubernetes.io/is-default-class": "true" };

/** Creates what every new cluster has: roles, storage classes, priority classes. */
export function createClusterDefaults(cluster: ClusterModel): void {
  for (const [plural, name, content] of DEFAULTS) {
    const resource = resourceNamed(plural);
    const annotations = plural === "storageclasses" && name === "default" ? { annotations: DEFAULT_CLASS } : {};
    const head = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    cluster.tableOf(resource).create({ ...head, metadata: { name, ...annotations }, ...content });
  }
}
