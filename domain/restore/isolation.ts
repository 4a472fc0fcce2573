import { RUN_TAG } from "../long-operation.ts";
import type { ProviderName, RestoreScope } from "./backup-provider.ts";
import type { Opening } from "./restore-plan.ts";

/** A Kubernetes object to be made, or a merge patch of one. */
export type Manifest = Readonly<Record<string, unknown>>;

const POLICY_NAME = "drydock-isolation";
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";
const DNS_PORT = 53;

/**
 * Kinds that a restore leaves out, because they would open what isolation closes: policies add up, so a restored one would
 * allow again what ours denies; a restored Ingress would answer in production's name; and a webhook that calls home would
 * hold up the restore.
 */
const ISOLATION_EXCLUDES: Readonly<Record<ProviderName, readonly string[]>> = {
  "azure-backup": [
    "networking.k8s.io/v1/NetworkPolicy",
    "cilium.io/v2/CiliumNetworkPolicy",
    "cilium.io/v2/CiliumClusterwideNetworkPolicy",
    "networking.k8s.io/v1/Ingress",
    "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration",
  ],
  velero: [
    "networkpolicies.networking.k8s.io",
    "ciliumnetworkpolicies.cilium.io",
    "ciliumclusterwidenetworkpolicies.cilium.io",
    "ingresses.networking.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  ],
};

/** What is restored, without what would undo the isolation. */
export function isolatedScope(scope: RestoreScope, provider: ProviderName): RestoreScope {
  const excludedResources = [...new Set([...scope.excludedResources, ...ISOLATION_EXCLUDES[provider]])];
  return { ...scope, excludedResources };
}

/** What isolates one restored namespace. */
export interface IsolationInput {
  readonly runId: string;
  /** In the scratch cluster. */
  readonly namespace: string;
  /** Every restored namespace of the test: they may speak with each other, as they did. */
  readonly together: readonly string[];
  readonly openings: readonly Opening[];
}

/**
 * The namespace and its policy, to be made before anything is restored: a pod that starts before its policy has already
 * mailed somebody. Egress is denied but for DNS, the other restored namespaces and what the plan opens.
 */
export function isolationManifests({ runId, namespace, together, openings }: IsolationInput): Manifest[] {
  const labels = { "app.kubernetes.io/managed-by": "drydock", [RUN_TAG]: runId.slice(0, 63) };
  const among = together.toSorted();
  const egress = [
    { to: [{ namespaceSelector: { matchExpressions: [{ key: NAMESPACE_LABEL, operator: "In", values: among }] } }] },
    {
      to: [
        {
          namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: "kube-system" } },
          podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
      ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: DNS_PORT })),
    },
    ...openings.map(({ cidr, ports }) => ({
      to: [{ ipBlock: { cidr } }],
      ports: ports.map((port) => ({ protocol: "TCP", port })),
    })),
  ];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: POLICY_NAME, namespace, labels },
      spec: { podSelector: {}, policyTypes: ["Egress"], egress },
    },
  ];
}

/** The isolation of all that a test restores. */
export interface Isolation {
  readonly runId: string;
  /** Resource id of the scratch cluster. */
  readonly targetId: string;
  /** In the scratch cluster. */
  readonly namespaces: readonly string[];
  readonly openings: readonly Opening[];
}

/** What isolates every namespace that a test restores. */
export function isolationOf({ runId, namespaces, openings }: Isolation): Manifest[] {
  return namespaces.flatMap((namespace) => isolationManifests({ runId, namespace, together: namespaces, openings }));
}

/** A merge patch, and of what. */
export interface Quieting {
  readonly kind: "CronJob" | "Service";
  readonly namespace: string;
  readonly name: string;
  readonly patch: Manifest;
}

/** An object that may have to be quieted. */
export interface LoudObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a CronJob. */
  readonly isSuspended?: boolean;
  /** Of a Service. */
  readonly serviceType?: string;
}

/** What restored objects must be told so that they call nobody and nobody calls them; those that are quiet stay as they are. */
export function quietings(objects: readonly LoudObject[]): Quieting[] {
  return objects.flatMap(({ kind, namespace, name, isSuspended, serviceType }): Quieting[] => {
    if (kind === "CronJob" && isSuspended !== true) {
      return [{ kind, namespace, name, patch: { spec: { suspend: true } } }];
    }
    // A load balancer would give the copy a public address.
    if (kind === "Service" && serviceType === "LoadBalancer") {
      return [{ kind, namespace, name, patch: { spec: { type: "ClusterIP" } } }];
    }
    return [];
  });
}

/** A NetworkPolicy as the scratch cluster has it. */
export interface FoundPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: unknown;
}

/**
 * What is not as isolation wants it in restored namespaces; nothing else counts as isolated. Policies add up: another one
 * that is about egress opens what ours closes.
 *
 * @param wanted what isolationManifests made, of all namespaces
 */
export function isolationGaps(
  wanted: readonly Manifest[],
  found: readonly FoundPolicy[],
  objects: readonly LoudObject[],
): string[] {
  const policies = wanted.filter(({ kind }) => kind === "NetworkPolicy") as unknown as WantedPolicy[];
  const namespaces = new Set(policies.map(({ metadata }) => metadata.namespace));
  const gaps = policies.flatMap(({ metadata: { namespace }, spec }) => {
    const ours = found.find((policy) => policy.namespace === namespace && policy.name === POLICY_NAME);
    if (!ours) return [`namespace ${namespace} has no policy that denies egress`];
    return sameText(ours.spec) === sameText(spec) ? [] : [`the policy of namespace ${namespace} is not as it was made`];
  });
  const others = found.filter(({ namespace, name, spec }) => {
    return namespaces.has(namespace) && name !== POLICY_NAME && isAboutEgress(spec);
  });
  const loud = quietings(objects.filter(({ namespace }) => namespaces.has(namespace)));
  return [
    ...gaps,
    ...others.map(({ namespace, name }) => `NetworkPolicy ${namespace}/${name} may allow egress`),
    ...loud.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name} is not quiet`),
  ];
}

interface WantedPolicy {
  readonly metadata: { readonly namespace: string };
  readonly spec: unknown;
}

function isAboutEgress(spec: unknown): boolean {
  const { egress, policyTypes } = (spec ?? {}) as { readonly egress?: unknown; readonly policyTypes?: unknown };
  return egress !== undefined || (Array.isArray(policyTypes) && policyTypes.includes("Egress"));
}

/** The same for objects that differ in the order of their members only. */
function sameText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
