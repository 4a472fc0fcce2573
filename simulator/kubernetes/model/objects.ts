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
});

export const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.string().optional(),
});

const objectShape = { apiVersion: z.string(), kind: z.string(), metadata: metadataSchema };

const requirements = z.array(
  z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }),
);

export const labelSelectorSchema = z.object({
  matchLabels: labels.optional(),
  matchExpressions: requirements.optional(),
});

const nodeAffinity = z.looseObject({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .looseObject({
      nodeSelectorTerms: z.array(
        z.looseObject({ matchExpressions: requirements.optional(), matchFields: requirements.optional() }),
      ),
    })
    .optional(),
});

const toleration = z.looseObject({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
});

const taint = z.looseObject({ key: z.string(), value: z.string().optional(), effect: z.string() });

const quantity = z.union([z.string(), z.number()]);

const container = z.looseObject({
  name: z.string(),
  image: z.string().optional(),
  resources: z.looseObject({ requests: z.record(z.string(), quantity).optional() }).optional(),
});

export const podSpecSchema = z.looseObject({
  nodeName: z.string().optional(),
  containers: z.array(container).min(1),
  nodeSelector: labels.optional(),
  tolerations: z.array(toleration).optional(),
  restartPolicy: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  affinity: z.looseObject({ nodeAffinity: nodeAffinity.optional() }).optional(),
});

export const podSchema = z.looseObject({
  ...objectShape,
  spec: podSpecSchema,
  status: z
    .looseObject({
      phase: z.string().optional(),
      conditions: z.array(condition).optional(),
      startTime: z.string().optional(),
      containerStatuses: z.array(z.looseObject({ name: z.string(), restartCount: z.number() })).optional(),
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

export const statefulSetSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({ replicas: replicas.default(1), selector: labelSelectorSchema, template }),
  status: workloadStatus,
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
    selector: labelSelectorSchema.optional(),
    template,
  }),
  status: z.looseObject({ succeeded: z.number().optional(), completionTime: z.string().optional() }).optional(),
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
