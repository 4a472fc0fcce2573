import * as z from "zod/mini";

// What a drain reads of Kubernetes' objects. An empty list or map may come as null, as Go writes it, or be left out.

const text = z.optional(z.string());
const count = z.optional(z.number());
/** As the API sends it, or as the official client has read it. */
const instant = z.optional(z.union([z.string(), z.date()]));
const map = z.optional(orLeftOut(z.record(z.string(), z.string())));
const intOrPercent = z.optional(z.union([z.string(), z.number()]));

function orLeftOut<T>(schema: z.ZodMiniType<T>) {
  return z.pipe(
    z.nullable(schema),
    z.transform((value) => value ?? undefined),
  );
}

function listOf<T>(schema: z.ZodMiniType<T>) {
  return z.optional(orLeftOut(z.array(schema)));
}

const metadataShape = z.object({
  namespace: text,
  name: text,
  uid: text,
  resourceVersion: text,
  generation: count,
  labels: map,
  annotations: map,
  finalizers: listOf(z.string()),
  deletionTimestamp: instant,
  deletionGracePeriodSeconds: count,
  ownerReferences: listOf(
    z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), controller: z.optional(z.boolean()) }),
  ),
});

const requirementShape = z.object({ key: z.string(), operator: z.string(), values: listOf(z.string()) });
const conditionsShape = listOf(z.object({ type: z.string(), status: z.string() }));

const podShape = z.object({
  metadata: z.optional(metadataShape),
  spec: z.optional(
    z.object({
      nodeName: text,
      terminationGracePeriodSeconds: count,
      nodeSelector: map,
      volumes: listOf(z.object({ name: text, emptyDir: z.optional(z.unknown()) })),
      affinity: z.optional(
        z.object({
          nodeAffinity: z.optional(
            z.object({
              requiredDuringSchedulingIgnoredDuringExecution: z.optional(
                z.object({
                  nodeSelectorTerms: z.array(z.object({ matchExpressions: listOf(requirementShape) })),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
  status: z.optional(z.object({ phase: text, conditions: conditionsShape })),
});
export type PodObject = z.infer<typeof podShape>;

const budgetShape = z.object({
  metadata: z.optional(metadataShape),
  spec: z.optional(
    z.object({
      minAvailable: intOrPercent,
      maxUnavailable: intOrPercent,
      unhealthyPodEvictionPolicy: text,
      selector: z.optional(z.object({ matchLabels: map, matchExpressions: listOf(requirementShape) })),
    }),
  ),
  status: z.optional(
    z.object({
      disruptionsAllowed: count,
      currentHealthy: count,
      desiredHealthy: count,
      expectedPods: count,
      observedGeneration: count,
      disruptedPods: z.optional(orLeftOut(z.record(z.string(), z.unknown()))),
    }),
  ),
});
export type BudgetObject = z.infer<typeof budgetShape>;

const nodeShape = z.object({
  metadata: z.object({ name: z.string(), labels: map }),
  spec: z.optional(z.object({ unschedulable: z.optional(z.boolean()) })),
});
export type NodeObject = z.infer<typeof nodeShape>;

/** Reads one object; throws a ZodError where it is none. */
export const readPod = (value: unknown): PodObject => podShape.parse(value);
export const readBudget = (value: unknown): BudgetObject => budgetShape.parse(value);
export const readNode = (value: unknown): NodeObject => nodeShape.parse(value);

/** A page of any list. */
export const listShape = z.object({
  metadata: z.optional(z.object({ resourceVersion: text, continue: text })),
  items: z.optional(orLeftOut(z.array(z.unknown()))),
});

/** An event of a watch. */
export const watchEventShape = z.object({ type: z.string(), object: z.looseObject({}) });

/** What is read of an object before it is known what it is. */
export const identityShape = z.object({
  metadata: z.object({ uid: text, resourceVersion: text, name: text, namespace: text }),
});

/** A refusal (metav1.Status). */
export const statusShape = z.object({
  reason: text,
  message: text,
  code: count,
  details: z.optional(
    z.object({ causes: listOf(z.object({ reason: text, message: text })), retryAfterSeconds: count }),
  ),
});
export type StatusObject = z.infer<typeof statusShape>;
