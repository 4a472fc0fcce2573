import { z } from "zod";
import type {
  NodeTerm,
  PodTerm,
  Resources,
  SchedulingFacts,
  SpreadConstraint,
} from "../../domain/preflight/placement/scheduling-facts.ts";
import { parseQuantity } from "./quantity.ts";

const mapShape = z.record(z.string(), z.string()).nullish();
const requirementShape = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() });
const selectorShape = z
  .object({ matchLabels: mapShape, matchExpressions: z.array(requirementShape).nullish() })
  .nullish();
const quantitiesShape = z.record(z.string(), z.union([z.string(), z.number()])).nullish();

/** Terms of a node selector, as pods and volumes have them. */
export const nodeTermsShape = z.array(
  z.object({ matchExpressions: z.array(requirementShape).nullish(), matchFields: z.array(requirementShape).nullish() }),
);

const podTermShape = z.object({
  labelSelector: selectorShape,
  namespaces: z.array(z.string()).nullish(),
  namespaceSelector: selectorShape,
  topologyKey: z.string(),
});
const podTermsShape = z.object({ requiredDuringSchedulingIgnoredDuringExecution: z.array(podTermShape).nullish() });

const containerShape = z.object({
  resources: z.object({ requests: quantitiesShape }).nullish(),
  ports: z.array(z.object({ hostPort: z.number().nullish(), protocol: z.string().nullish() })).nullish(),
  restartPolicy: z.string().nullish(),
});

const podShape = z.object({
  metadata: z.object({ namespace: z.string().default(""), labels: mapShape }),
  spec: z.object({
    containers: z.array(containerShape).default([]),
    initContainers: z.array(containerShape).nullish(),
    overhead: quantitiesShape,
    resources: z.object({ requests: quantitiesShape }).nullish(),
    nodeSelector: mapShape,
    tolerations: z
      .array(
        z.object({
          key: z.string().nullish(),
          operator: z.string().nullish(),
          value: z.string().nullish(),
          effect: z.string().nullish(),
        }),
      )
      .nullish(),
    affinity: z
      .object({
        nodeAffinity: z
          .object({
            requiredDuringSchedulingIgnoredDuringExecution: z.object({ nodeSelectorTerms: nodeTermsShape }).nullish(),
          })
          .nullish(),
        podAffinity: podTermsShape.nullish(),
        podAntiAffinity: podTermsShape.nullish(),
      })
      .nullish(),
    topologySpreadConstraints: z
      .array(
        z.object({
          maxSkew: z.number(),
          minDomains: z.number().nullish(),
          topologyKey: z.string(),
          whenUnsatisfiable: z.string(),
          labelSelector: selectorShape,
          matchLabelKeys: z.array(z.string()).nullish(),
          nodeTaintsPolicy: z.string().nullish(),
        }),
      )
      .nullish(),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          persistentVolumeClaim: z.object({ claimName: z.string() }).nullish(),
          ephemeral: z.unknown().optional(),
          hostPath: z.object({ path: z.string() }).nullish(),
        }),
      )
      .nullish(),
  }),
});
type PodShape = z.infer<typeof podShape>;
type Selector = z.infer<typeof selectorShape>;

/** What the scheduler asks of a pod. Throws a ZodError for what is no pod. */
export function schedulingFacts(value: unknown, podName: string): SchedulingFacts {
  const { metadata, spec } = podShape.parse(value);
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const volumes = spec.volumes ?? [];
  const { namespace } = metadata;
  return {
    requests: requestsOf(spec),
    tolerations: (spec.tolerations ?? []).map(({ key, operator, value: wanted, effect }) => ({
      key: key || null,
      operator: operator === "Exists" ? "Exists" : "Equal",
      value: wanted ?? "",
      effect: effect || null,
    })),
    nodeSelector: spec.nodeSelector ?? {},
    nodeTerms: terms === undefined ? null : nodeTermsOf(terms),
    affinity: podTermsOf(spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, namespace),
    antiAffinity: podTermsOf(spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution, namespace),
    spread: spreadOf(spec.topologySpreadConstraints ?? [], metadata.labels ?? {}),
    // The claim of an ephemeral volume is named after the pod and the volume.
    claims: volumes.flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
      persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${podName}-${name}`] : [],
    ),
    hostPorts: spec.containers.flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ hostPort, protocol }) => (hostPort ? [`${hostPort}/${protocol ?? "TCP"}`] : [])),
    ),
    hostPaths: volumes.flatMap(({ hostPath }) => (hostPath ? [hostPath.path] : [])),
  };
}

/** Terms of a node selector, with what is left out filled in. */
export function nodeTermsOf(terms: z.infer<typeof nodeTermsShape>): NodeTerm[] {
  const filled = (requirements: z.infer<typeof requirementShape>[] | null | undefined) =>
    (requirements ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] }));
  return terms.map(({ matchExpressions, matchFields }) => ({
    labels: filled(matchExpressions),
    fields: filled(matchFields),
  }));
}

/** Amounts by resource, `cpu` in millicores. What is no quantity is left out. */
export function resourcesOf(quantities: z.infer<typeof quantitiesShape>): Record<string, number> {
  const amounts: Record<string, number> = {};
  for (const [name, text] of Object.entries(quantities ?? {})) {
    const amount = parseQuantity(String(text));
    if (amount !== null) amounts[name] = name === "cpu" ? Math.round(amount * 1000) : amount;
  }
  return amounts;
}

/**
 * What a pod asks of its node: all containers and sidecars together, or the largest step of its start, whichever is more, and
 * the runtime's overhead; requests of the pod as a whole come first (kubernetes.io, "Pod-level resources", "Init containers").
 */
function requestsOf(spec: PodShape["spec"]): Resources {
  const total: Record<string, number> = {};
  const peak: Record<string, number> = {};
  const add = (into: Record<string, number>, amounts: Resources) => {
    for (const [name, amount] of Object.entries(amounts)) into[name] = (into[name] ?? 0) + amount;
  };
  const sidecars: Record<string, number> = {};
  for (const init of spec.initContainers ?? []) {
    const own = resourcesOf(init.resources?.requests);
    const step = { ...sidecars };
    add(step, own);
    for (const [name, amount] of Object.entries(step)) peak[name] = Math.max(peak[name] ?? 0, amount);
    if (init.restartPolicy === "Always") add(sidecars, own);
  }
  add(total, sidecars);
  for (const container of spec.containers) add(total, resourcesOf(container.resources?.requests));
  for (const [name, amount] of Object.entries(peak)) total[name] = Math.max(total[name] ?? 0, amount);
  Object.assign(total, resourcesOf(spec.resources?.requests));
  add(total, resourcesOf(spec.overhead));
  return total;
}

function selectorOf(selector: Selector): PodTerm["selector"] {
  if (!selector) return null;
  return {
    matchLabels: selector.matchLabels ?? {},
    matchExpressions: (selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
  };
}

/** An empty namespace selector means every namespace; one with labels means those that are named, and maybe more. */
function podTermsOf(terms: z.infer<typeof podTermShape>[] | null | undefined, own: string): PodTerm[] {
  return (terms ?? []).map(({ labelSelector, namespaces, namespaceSelector, topologyKey }) => {
    const chosen = selectorOf(namespaceSelector);
    const isAll =
      chosen !== null && Object.keys(chosen.matchLabels).length === 0 && chosen.matchExpressions.length === 0;
    const named = namespaces ?? [];
    return {
      selector: selectorOf(labelSelector),
      namespaces: isAll ? "all" : named.length === 0 && chosen === null ? [own] : named,
      mayMeanMore: chosen !== null && !isAll,
      topologyKey,
    };
  });
}

/** `matchLabelKeys` adds the pod's own values of these labels to the selector. */
function spreadOf(
  constraints: NonNullable<PodShape["spec"]["topologySpreadConstraints"]>,
  labels: Readonly<Record<string, string>>,
): SpreadConstraint[] {
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule")
    .map(({ maxSkew, minDomains, topologyKey, labelSelector, matchLabelKeys, nodeTaintsPolicy }) => {
      const selector = selectorOf(labelSelector);
      const own = (matchLabelKeys ?? []).flatMap((key) => {
        const value = labels[key];
        return value === undefined ? [] : [[key, value] as const];
      });
      return {
        topologyKey,
        maxSkew,
        minDomains: minDomains ?? 1,
        selector:
          selector === null
            ? null
            : { ...selector, matchLabels: { ...selector.matchLabels, ...Object.fromEntries(own) } },
        countsTaintedNodes: nodeTaintsPolicy !== "Honor",
      };
    });
}
