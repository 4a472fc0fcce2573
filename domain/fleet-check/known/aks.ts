/** Storage classes of every AKS cluster (learn.microsoft.com/azure/aks/concepts-storage). */
export const AKS_STORAGE_CLASSES: ReadonlySet<string> = new Set([
  "default",
  "managed",
  "managed-premium",
  "managed-csi",
  "managed-csi-premium",
  "azurefile",
  "azurefile-premium",
  "azurefile-csi",
  "azurefile-csi-premium",
]);

/** What an add-on of AKS or a setting of the cluster brings. The cluster's blueprint must switch it on. */
interface AksAddOn {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly storageClasses?: readonly string[];
  readonly ingressClasses?: readonly string[];
  readonly gatewayClasses?: readonly string[];
}

const ADD_ONS: readonly AksAddOn[] = [
  { name: "azure-keyvault-secrets-provider", groups: ["secrets-store.csi.x-k8s.io"] },
  { name: "keda", groups: ["keda.sh", "eventing.keda.sh"] },
  {
    name: "web_application_routing",
    groups: ["approuting.kubernetes.azure.com"],
    ingressClasses: ["webapprouting.kubernetes.azure.com"],
  },
  { name: "ingress-appgw", groups: ["appgw.ingress.k8s.io"], ingressClasses: ["azure-application-gateway"] },
  {
    name: "application load balancer controller",
    groups: ["alb.networking.azure.io"],
    ingressClasses: ["azure-alb-external"],
    gatewayClasses: ["azure-alb-external"],
  },
  { name: "managed Gateway API", groups: ["gateway.networking.k8s.io"] },
  {
    name: "Istio service mesh",
    groups: ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"],
    gatewayClasses: ["istio"],
  },
  { name: "vertical pod autoscaler", groups: ["autoscaling.k8s.io"] },
  { name: "managed Prometheus", groups: ["azmonitoring.coreos.com"] },
  { name: "node auto-provisioning", groups: ["karpenter.sh", "karpenter.azure.com"] },
  { name: "Azure CNI powered by Cilium", groups: ["cilium.io"] },
  { name: "azure-policy", groups: ["templates.gatekeeper.sh", "constraints.gatekeeper.sh", "config.gatekeeper.sh"] },
  { name: "Dapr extension", groups: ["dapr.io"] },
  { name: "Blob CSI driver", storageClasses: ["azureblob-fuse-premium", "azureblob-nfs-premium"] },
];

/** Groups of custom resources that every AKS cluster serves. */
export const AKS_GROUPS: ReadonlySet<string> = new Set(["snapshot.storage.k8s.io", "nodenetworkconfig.acn.azure.com"]);

/** The add-on that brings something; undefined when none is known to. */
export function addOnWith(
  what: "groups" | "storageClasses" | "ingressClasses" | "gatewayClasses",
  name: string,
): string | undefined {
  return ADD_ONS.find((addOn) => addOn[what]?.includes(name))?.name;
}
