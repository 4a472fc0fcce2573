import { z } from "zod";

/** The parts of Kubernetes objects that the model reads. Everything else passes through untouched. */

const labels = z.record(z.string(), z.string());

const ownerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
});

const managedFields = z.looseObject({
  manager: z.string(),
  operation: z.string(),
  apiVersion: z.string().optional(),
  time: z.string().optional(),
  subresource: z.string().optional(),
  fieldsV1: z.record(z.string(), z.unknown()).optional(),
});

export const metadataSchema = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  creationTimestamp: z.string(),
  generation: z.number().optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
  ownerReferences: z.array(ownerReference).optional(),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().optional(),
  finalizers: z.array(z.string()).optional(),
  managedFields: z.array(managedFields).optional(),
});

export const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.string().optional(),
});

export const objectShape = { apiVersion: z.string(), kind: z.string(), metadata: metadataSchema };

const requirements = z.array(
  z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }),
);

export const labelSelectorSchema = z.object({
  matchLabels: labels.optional(),
  matchExpressions: requirements.optional(),
});

export const nodeSelectorTerms = z.array(
  z.looseObject({ matchExpressions: requirements.optional(), matchFields: requirements.optional() }),
);

const nodeAffinity = z.looseObject({
  requiredDuringSchedulingIgnoredDuringExecution: z.looseObject({ nodeSelectorTerms }).optional(),
});

const toleration = z.looseObject({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
});

const taint = z.looseObject({ key: z.string(), value: z.string().optional(), effect: z.string() });

const quantity = z.union([z.string(), z.number()]);

const podAntiAffinity = z.looseObject({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .array(
      z.looseObject({
        topologyKey: z.string(),
        labelSelector: labelSelectorSchema.optional(),
        namespaces: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

const spreadConstraint = z.looseObject({
  maxSkew: z.number().int().positive(),
  topologyKey: z.string(),
  whenUnsatisfiable: z.string(),
  labelSelector: labelSelectorSchema.optional(),
});

const reference = z.looseObject({ name: z.string().optional(), optional: z.boolean().optional() });

const volumeSource = z.looseObject({
  name: z.string(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
  secret: z.looseObject({ secretName: z.string().optional(), optional: z.boolean().optional() }).optional(),
  configMap: reference.optional(),
});

const environmentSource = z.looseObject({ secretRef: reference.optional(), configMapRef: reference.optional() });

const environmentVariable = z.looseObject({
  name: z.string(),
  valueFrom: z.looseObject({ secretKeyRef: reference.optional(), configMapKeyRef: reference.optional() }).nullish(),
});

const container = z.looseObject({
  name: z.string(),
  image: z.string().optional(),
  env: z.array(environmentVariable).optional(),
  envFrom: z.array(environmentSource).optional(),
  resources: z.looseObject({ requests: z.record(z.string(), quantity).optional() }).optional(),
});

export const podSpecSchema = z.looseObject({
  nodeName: z.string().optional(),
  containers: z.array(container).min(1),
  nodeSelector: labels.optional(),
  tolerations: z.array(toleration).optional(),
  restartPolicy: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  affinity: z
    .looseObject({ nodeAffinity: nodeAffinity.optional(), podAntiAffinity: podAntiAffinity.optional() })
    .optional(),
  topologySpreadConstraints: z.array(spreadConstraint).optional(),
  volumes: z.array(volumeSource).optional(),
  serviceAccountName: z.string().optional(),
});

export const podSchema = z.looseObject({
  ...objectShape,
  spec: podSpecSchema,
  status: z
    .looseObject({
      phase: z.string().optional(),
      conditions: z.array(condition).optional(),
      startTime: z.string().optional(),
      podIP: z.string().optional(),
      containerStatuses: z
        .array(
          z.looseObject({
            name: z.string(),
            restartCount: z.number(),
            state: z
              .looseObject({
                waiting: z.looseObject({ reason: z.string().optional(), message: z.string().optional() }).optional(),
                running: z.looseObject({ startedAt: z.string().optional() }).optional(),
                terminated: z
                  .looseObject({ exitCode: z.number().optional(), finishedAt: z.string().optional() })
                  .optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const template = z.looseObject({
  metadata: z.looseObject({ labels: labels.optional(), annotations: labels.optional() }).optional(),
  spec: podSpecSchema,
});

export const nodeSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({ unschedulable: z.boolean().optional(), taints: z.array(taint).optional() }),
  status: z.looseObject({
    allocatable: z.record(z.string(), quantity),
    conditions: z.array(condition),
  }),
});

const replicas = z.number().int().nonnegative();
const intOrPercent = z.union([z.number().int(), z.string().regex(/^\d+%$/, "must be a number or a percentage")]);
const workloadStatus = z
  .looseObject({
    replicas: z.number().optional(),
    readyReplicas: z.number().optional(),
    availableReplicas: z.number().optional(),
    conditions: z.array(condition).optional(),
  })
  .optional();

export const deploymentSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({
    replicas: replicas.default(1),
    selector: labelSelectorSchema,
    template,
    strategy: z
      .looseObject({
        type: z.string().optional(),
        rollingUpdate: z
          .looseObject({ maxSurge: intOrPercent.optional(), maxUnavailable: intOrPercent.optional() })
          .optional(),
      })
      .optional(),
    paused: z.boolean().optional(),
  }),
  status: workloadStatus,
});

export const replicaSetSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({ replicas: replicas.default(1), selector: labelSelectorSchema, template }),
  status: workloadStatus,
});

export const claimSpec = z.looseObject({
  storageClassName: z.string().optional(),
  volumeName: z.string().optional(),
  accessModes: z.array(z.string()).optional(),
  resources: z.looseObject({ requests: z.record(z.string(), quantity).optional() }).optional(),
});

export const statefulSetSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({
    replicas: replicas.default(1),
    selector: labelSelectorSchema,
    template,
    podManagementPolicy: z.string().optional(),
    volumeClaimTemplates: z
      .array(
        z.looseObject({
          metadata: z.looseObject({ name: z.string(), labels: labels.optional(), annotations: labels.optional() }),
          spec: claimSpec,
        }),
      )
      .optional(),
  }),
  status: workloadStatus,
});

export const phase = z
  .looseObject({ phase: z.string().optional(), conditions: z.array(condition).optional() })
  .optional();

export const namespaceSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({ finalizers: z.array(z.string()).optional() }).optional(),
  status: phase,
});

export const daemonSetSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({ selector: labelSelectorSchema, template }),
  status: workloadStatus,
});

export const jobSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({
    completions: z.number().int().positive().default(1),
    parallelism: z.number().int().nonnegative().default(1),
    backoffLimit: z.number().int().nonnegative().default(6),
    activeDeadlineSeconds: z.number().positive().optional(),
    ttlSecondsAfterFinished: z.number().nonnegative().optional(),
    suspend: z.boolean().optional(),
    selector: labelSelectorSchema.optional(),
    template,
  }),
  status: z
    .looseObject({
      succeeded: z.number().optional(),
      failed: z.number().optional(),
      startTime: z.string().optional(),
      completionTime: z.string().optional(),
      conditions: z.array(condition).optional(),
    })
    .optional(),
});

export const budgetSchema = z.looseObject({
  ...objectShape,
  spec: z
    .looseObject({
      selector: labelSelectorSchema.optional(),
      minAvailable: intOrPercent.optional(),
      maxUnavailable: intOrPercent.optional(),
      unhealthyPodEvictionPolicy: z.enum(["IfHealthyBudget", "AlwaysAllow"]).optional(),
    })
    .refine((spec) => spec.minAvailable === undefined || spec.maxUnavailable === undefined, {
      message: "minAvailable and maxUnavailable cannot be both set",
    }),
  status: z
    .looseObject({
      currentHealthy: z.number(),
      desiredHealthy: z.number(),
      disruptionsAllowed: z.number(),
      expectedPods: z.number(),
      observedGeneration: z.number(),
      disruptedPods: z.record(z.string(), z.string()).optional(),
      conditions: z.array(condition).optional(),
    })
    .optional(),
});

export const plainObjectSchema = z.looseObject({
  ...objectShape,
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
});

export type Metadata = z.infer<typeof metadataSchema>;
export type Condition = z.infer<typeof condition>;
export type LabelSelector = z.infer<typeof labelSelectorSchema>;
export type PodTemplate = z.infer<typeof template>;
export type Toleration = z.infer<typeof toleration>;
export type Taint = z.infer<typeof taint>;
export type Pod = z.infer<typeof podSchema>;
export type KubernetesNode = z.infer<typeof nodeSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type ReplicaSet = z.infer<typeof replicaSetSchema>;
export type StatefulSet = z.infer<typeof statefulSetSchema>;
export type DaemonSet = z.infer<typeof daemonSetSchema>;
export type Namespace = z.infer<typeof namespaceSchema>;
export type PodStatus = NonNullable<Pod["status"]>;
export type ManagedFields = z.infer<typeof managedFields>;
export type Job = z.infer<typeof jobSchema>;
export type Budget = z.infer<typeof budgetSchema>;
export type IntOrPercent = z.infer<typeof intOrPercent>;

/** What every object of every kind has. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: unknown;
  readonly status?: unknown;
}
