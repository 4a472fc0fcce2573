/** What a well-known chart brings into a cluster, so far as other objects wait for it. */
export interface KnownChart {
  /** Groups of its custom resources; a leading dot stands for all groups that end so. */
  readonly groups: readonly string[];
  readonly ingressClasses?: readonly string[];
  readonly gatewayClasses?: readonly string[];
}

const istio = { groups: [".istio.io"], gatewayClasses: ["istio"] };

/** Charts by their names. What is not here is unknown, and never taken to bring nothing. */
export const KNOWN_CHARTS: Readonly<Record<string, KnownChart>> = {
  "argo-cd": { groups: ["argoproj.io"] },
  "argo-rollouts": { groups: ["argoproj.io"] },
  "argo-workflows": { groups: ["argoproj.io"] },
  "azure-service-operator": { groups: [".azure.com"] },
  "cert-manager": { groups: ["cert-manager.io", "acme.cert-manager.io"] },
  cilium: { groups: ["cilium.io"], ingressClasses: ["cilium"], gatewayClasses: ["cilium"] },
  "cloudnative-pg": { groups: ["postgresql.cnpg.io"] },
  contour: { groups: ["projectcontour.io"], ingressClasses: ["contour"] },
  crossplane: { groups: [".crossplane.io"] },
  "csi-secrets-store-provider-azure": { groups: ["secrets-store.csi.x-k8s.io"] },
  dapr: { groups: ["dapr.io"] },
  "eck-operator-crds": { groups: [".k8s.elastic.co"] },
  "external-dns": { groups: ["externaldns.k8s.io"] },
  "external-secrets": { groups: ["external-secrets.io", "generators.external-secrets.io"] },
  flagger: { groups: ["flagger.app"] },
  "flux-operator": { groups: ["fluxcd.controlplane.io"] },
  gatekeeper: { groups: [".gatekeeper.sh"] },
  "gateway-helm": { groups: ["gateway.envoyproxy.io", "gateway.networking.k8s.io"] },
  "grafana-operator": { groups: ["grafana.integreatly.org"] },
  haproxy: { groups: [], ingressClasses: ["haproxy"] },
  "ingress-nginx": { groups: [], ingressClasses: ["nginx"] },
  "istio-base": istio,
  base: istio,
  keda: { groups: ["keda.sh", "eventing.keda.sh"] },
  kong: { groups: ["configuration.konghq.com"], ingressClasses: ["kong"] },
  "kube-prometheus-stack": { groups: ["monitoring.coreos.com"] },
  kyverno: { groups: ["kyverno.io", "policies.kyverno.io", "wgpolicyk8s.io", "reports.kyverno.io"] },
  "linkerd-crds": { groups: ["linkerd.io", "policy.linkerd.io", "gateway.networking.k8s.io"] },
  metallb: { groups: ["metallb.io"] },
  "nginx-ingress": { groups: ["k8s.nginx.org"], ingressClasses: ["nginx"] },
  "opentelemetry-operator": { groups: ["opentelemetry.io"] },
  "prometheus-operator-crds": { groups: ["monitoring.coreos.com"] },
  "rook-ceph": { groups: ["ceph.rook.io", "objectbucket.io"] },
  "sealed-secrets": { groups: ["bitnami.com"] },
  "secrets-store-csi-driver": { groups: ["secrets-store.csi.x-k8s.io"] },
  "strimzi-kafka-operator": { groups: ["kafka.strimzi.io", "core.strimzi.io"] },
  "tigera-operator": { groups: ["operator.tigera.io", "projectcalico.org", "crd.projectcalico.org"] },
  "tofu-controller": { groups: ["infra.contrib.fluxcd.io"] },
  traefik: { groups: ["traefik.io", "traefik.containo.us"], ingressClasses: ["traefik"], gatewayClasses: ["traefik"] },
  "trust-manager": { groups: ["trust.cert-manager.io"] },
  "vault-secrets-operator": { groups: ["secrets.hashicorp.com"] },
  velero: { groups: ["velero.io"] },
};

/** Whether a chart brings the kinds of a group. */
export function bringsGroup(chart: KnownChart, group: string): boolean {
  return chart.groups.some((own) => (own.startsWith(".") ? group.endsWith(own) : group === own));
}
