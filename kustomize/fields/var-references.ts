import type { FieldSpec } from "./field-spec.ts";

const PODS: Readonly<Record<string, string>> = {
  CronJob: "spec/jobTemplate/spec/template/spec",
  DaemonSet: "spec/template/spec",
  Deployment: "spec/template/spec",
  Job: "spec/template/spec",
  Pod: "spec",
  ReplicaSet: "spec/template/spec",
  StatefulSet: "spec/template/spec",
};

const CONTAINER_FIELDS = ["args", "command", "env/value", "volumeMounts/mountPath"];

/** Where `$(VAR)` is replaced (kustomize api/internal/konfig/builtinpluginconsts/varreference.go). */
export const VAR_REFERENCES: readonly FieldSpec[] = [
  ...Object.entries(PODS).flatMap(([kind, pod]) =>
    ["containers", "initContainers"].flatMap((list) =>
      CONTAINER_FIELDS.map((field) => ({ kind, path: `${pod}/${list}/${field}` })),
    ),
  ),
  { kind: "CronJob", path: "spec/jobTemplate/spec/template/volumes/nfs/server" },
  ...["DaemonSet", "Deployment", "Job", "ReplicaSet"].map((kind) => ({
    kind,
    path: "spec/template/spec/volumes/nfs/server",
  })),
  { kind: "Deployment", path: "spec/template/metadata/annotations" },
  { kind: "Ingress", path: "spec/rules/host" },
  { kind: "Ingress", path: "spec/tls/hosts" },
  { kind: "Ingress", path: "spec/tls/secretName" },
  { kind: "Pod", path: "spec/volumes/nfs/server" },
  { kind: "Service", path: "spec/ports/port" },
  { kind: "Service", path: "spec/ports/targetPort" },
  { kind: "StatefulSet", path: "spec/volumeClaimTemplates/spec/nfs/server" },
  { kind: "PersistentVolume", path: "spec/nfs/server" },
  { path: "metadata/labels" },
  { path: "metadata/annotations" },
];
