import type { FieldSpec } from "./field-spec.ts";

/** Which fields name an object of a type: they follow when its name changes. */
export interface NameReference {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly kind?: string | undefined;
  readonly fieldSpecs: readonly FieldSpec[];
}

/** Where the pod spec is, by kind. */
const POD_SPEC: Readonly<Record<string, string>> = {
  Pod: "spec",
  PodTemplate: "template/spec",
  Deployment: "spec/template/spec",
  ReplicaSet: "spec/template/spec",
  DaemonSet: "spec/template/spec",
  StatefulSet: "spec/template/spec",
  Job: "spec/template/spec",
  ReplicationController: "spec/template/spec",
  CronJob: "spec/jobTemplate/spec/template/spec",
};

const TEMPLATES = ["PodTemplate", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob"];
const RUNNING = ["Pod", "StatefulSet", "Deployment", "ReplicationController", "CronJob", "Job", "DaemonSet"];

const CONFIG_MAP_IN_POD = [
  "volumes/configMap/name",
  "containers/env/valueFrom/configMapKeyRef/name",
  "initContainers/env/valueFrom/configMapKeyRef/name",
  "containers/envFrom/configMapRef/name",
  "initContainers/envFrom/configMapRef/name",
  "volumes/projected/sources/configMap/name",
];
const SECRET_IN_POD = [
  "volumes/secret/secretName",
  "containers/env/valueFrom/secretKeyRef/name",
  "initContainers/env/valueFrom/secretKeyRef/name",
  "containers/envFrom/secretRef/name",
  "initContainers/envFrom/secretRef/name",
  "imagePullSecrets/name",
  "volumes/projected/sources/secret/name",
];

const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";
const RESOURCE_NAMES = [field("Role", "rules/resourceNames"), field("ClusterRole", "rules/resourceNames")];

function field(kind: string, path: string, group?: string, version?: string): FieldSpec {
  return { kind, path, ...(group && { group }), ...(version && { version }) };
}

/** A Pod of `v1` only, the templates of any version, as kustomize's table has it. */
function inPodsAndTemplates(paths: readonly string[]): FieldSpec[] {
  const pods = paths.map((path) => field("Pod", `spec/${path}`, undefined, "v1"));
  return [...pods, ...TEMPLATES.flatMap((kind) => paths.map((path) => field(kind, `${POD_SPEC[kind]}/${path}`)))];
}

function inPodSpecs(path: string): FieldSpec[] {
  return RUNNING.map((kind) => field(kind, `${POD_SPEC[kind]}/${path}`));
}

const SCALED = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map(
  (kind): NameReference => ({ kind, fieldSpecs: [field("HorizontalPodAutoscaler", "spec/scaleTargetRef/name")] }),
);

/**
 * The references that kustomize follows of itself (api/internal/konfig/builtinpluginconsts/namereference.go), oddities
 * included: no ReplicaSet names a service account, and IngressClass has its version in its group, so none ever matches.
 */
export const NAME_REFERENCES: readonly NameReference[] = [
  {
    kind: "StorageClass",
    version: "v1",
    group: "storage.k8s.io",
    fieldSpecs: [
      field("PersistentVolume", "spec/storageClassName"),
      field("PersistentVolumeClaim", "spec/storageClassName"),
      field("StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
    ],
  },
  {
    kind: "ServiceAccount",
    version: "v1",
    fieldSpecs: [
      field("RoleBinding", "subjects", RBAC),
      field("ClusterRoleBinding", "subjects", RBAC),
      ...inPodSpecs("serviceAccountName"),
    ],
  },
  { kind: "Role", group: RBAC, fieldSpecs: [field("RoleBinding", "roleRef/name", RBAC)] },
  {
    kind: "ClusterRole",
    group: RBAC,
    fieldSpecs: [field("RoleBinding", "roleRef/name", RBAC), field("ClusterRoleBinding", "roleRef/name", RBAC)],
  },
  {
    kind: "ConfigMap",
    version: "v1",
    fieldSpecs: [
      ...inPodsAndTemplates(CONFIG_MAP_IN_POD),
      field("Node", "spec/configSource/configMap"),
      ...RESOURCE_NAMES,
      field("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"),
    ],
  },
  {
    kind: "Secret",
    version: "v1",
    fieldSpecs: [
      ...inPodsAndTemplates(SECRET_IN_POD),
      field("Ingress", "spec/tls/secretName"),
      field("Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret"),
      field("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"),
      field("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"),
      field("ServiceAccount", "imagePullSecrets/name"),
      ...["secretName", "adminSecretName", "userSecretName", "secretRef"].map((name) =>
        field("StorageClass", `parameters/${name}`),
      ),
      ...RESOURCE_NAMES,
      field("Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "serving.knative.dev", "v1"),
      field("PersistentVolume", "spec/azureFile/secretName"),
    ],
  },
  {
    kind: "Service",
    version: "v1",
    fieldSpecs: [
      field("StatefulSet", "spec/serviceName", "apps"),
      field("Ingress", "spec/rules/http/paths/backend/serviceName"),
      field("Ingress", "spec/backend/serviceName"),
      field("Ingress", "spec/rules/http/paths/backend/service/name"),
      field("Ingress", "spec/defaultBackend/service/name"),
      field("APIService", "spec/service/name", "apiregistration.k8s.io"),
      field("ValidatingWebhookConfiguration", "webhooks/clientConfig/service", ADMISSION),
      field("MutatingWebhookConfiguration", "webhooks/clientConfig/service", ADMISSION),
    ],
  },
  {
    kind: "PriorityClass",
    version: "v1",
    group: "scheduling.k8s.io",
    fieldSpecs: inPodSpecs("priorityClassName"),
  },
  {
    kind: "PersistentVolume",
    version: "v1",
    fieldSpecs: [field("PersistentVolumeClaim", "spec/volumeName"), field("ClusterRole", "rules/resourceNames")],
  },
  {
    kind: "PersistentVolumeClaim",
    version: "v1",
    fieldSpecs: inPodSpecs("volumes/persistentVolumeClaim/claimName"),
  },
  ...SCALED,
  {
    kind: "ValidatingAdmissionPolicy",
    group: ADMISSION,
    fieldSpecs: [field("ValidatingAdmissionPolicyBinding", "spec/policyName", ADMISSION)],
  },
];
