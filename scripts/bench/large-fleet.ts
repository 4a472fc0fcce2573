import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

/** How large a fleet is. */
export interface FleetSize {
  readonly clusters: number;
  readonly pools: number;
  readonly nodes: number;
  /** Pods that a node has, on average. */
  readonly pods: number;
  /** Whether there is a newer node image than the nodes have. */
  readonly newerImage?: boolean;
}

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const VERSION = "1.33.5";
const IMAGE = "AKSUbuntu-2204gen2containerd-202610.27.0";
const NEWER_IMAGE = "AKSUbuntu-2204gen2containerd-202611.10.0";
const NAMESPACES = 4;

/**
 * Writes the folder of a fleet of like clusters: a DaemonSet on every node, and as many Deployments, each with a budget,
 * as it takes for the nodes to have their pods.
 */
export function writeLargeFleet(directory: string, size: FleetSize): void {
  mkdirSync(join(directory, "workloads"), { recursive: true });
  writeFileSync(join(directory, "azure.yaml"), stringify(azureFile(size)));
  const resources = ["workloads.yaml"];
  writeFileSync(join(directory, "workloads/kustomization.yaml"), stringify({ resources }));
  const documents = workloads(size).map((object) => stringify(object));
  writeFileSync(join(directory, "workloads/workloads.yaml"), documents.join("---\n"));
}

function azureFile({ clusters, pools, nodes, newerImage = false }: FleetSize): object {
  const poolOf = (_: unknown, index: number) => ({
    name: index === 0 ? "system" : `apps${index}`,
    mode: index === 0 ? "System" : "User",
    count: nodes,
    vmSize: "Standard_D4ds_v5",
    nodeImageVersion: IMAGE,
    availabilityZones: ["1", "2", "3"],
  });
  const clusterOf = (_: unknown, index: number) => ({
    name: `aks-${index}`,
    resourceGroup: `rg-aks-${index}`,
    location: "westeurope",
    kubernetesVersion: VERSION,
    workloads: "workloads",
    tags: { ring: index % 10 === 0 ? "dev" : "prod" },
    pools: Array.from({ length: pools }, poolOf),
  });
  return {
    subscriptionId: SUBSCRIPTION,
    tenantId: "99999999-8888-7777-6666-555555555555",
    kubernetesVersions: [{ version: VERSION }],
    images: [
      { version: IMAGE, osSKU: "Ubuntu", releasedAt: "start-21d" },
      ...(newerImage ? [{ version: NEWER_IMAGE, osSKU: "Ubuntu", releasedAt: "start-3d" }] : []),
    ],
    clusters: Array.from({ length: clusters }, clusterOf),
  };
}

function workloads({ pools, nodes, pods }: FleetSize): object[] {
  const perWorkload = pools * nodes;
  const names = Array.from({ length: NAMESPACES }, (_, index) => `team-${index}`);
  const namespaces = names.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  const services = Array.from({ length: pods - 1 }, (_, index) =>
    service(`service-${index}`, names[index % NAMESPACES] ?? "", perWorkload),
  );
  return [...namespaces, agent(), ...services.flat()];
}

function agent(): object {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "kube-system" },
    spec: { selector: { matchLabels: { app: "agent" } }, template: template("agent") },
  };
}

function service(name: string, namespace: string, replicas: number): object[] {
  const metadata = { name, namespace };
  const selector = { matchLabels: { app: name } };
  return [
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas, selector, template: template(name) } },
    { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec: { maxUnavailable: "10%", selector } },
  ];
}

function template(name: string): object {
  const requests = { cpu: "50m", memory: "128Mi" };
  const image = `registry.example.com/${name}:1.0.0`;
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: "main", image, resources: { requests }, ports: [{ containerPort: 8080 }] }] },
  };
}
