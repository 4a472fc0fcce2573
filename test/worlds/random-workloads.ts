import type { Dice } from "./dice.ts";

/** A Kubernetes object to be. */
export type Manifest = Record<string, unknown>;

/** What runs on a cluster of a world: each workload with what makes its drain hard. */
export function randomWorkloads(dice: Dice, userPools: readonly string[]): Manifest[] {
  const manifests: Manifest[] = [...dns(dice)];
  const count = dice.between(1, 4);
  for (let index = 0; index < count; index += 1) manifests.push(...randomWorkload(dice, `app${index}`, userPools));
  if (dice.chance(0.4)) manifests.push(daemonSet());
  return manifests;
}

function randomWorkload(dice: Dice, name: string, userPools: readonly string[]): Manifest[] {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const kind = dice.next();
  if (kind < 0.06) return [namespace, barePod(dice, name)];
  if (kind < 0.16) return [namespace, job(dice, name)];
  const replicas = dice.between(1, 5);
  const workload =
    kind < 0.75 ? deployment(dice, name, replicas, userPools) : statefulSet(dice, name, replicas, userPools);
  return [namespace, workload, ...(dice.chance(0.65) ? [budget(dice, name, replicas)] : [])];
}

function podTemplate(dice: Dice, name: string, userPools: readonly string[]): Manifest {
  return {
    metadata: {
      labels: { app: name },
      annotations: {
        "simulator.drydock.dev/start-seconds": String(dice.between(2, 60)),
        "simulator.drydock.dev/stop-seconds": String(dice.between(1, 25)),
      },
    },
    spec: {
      ...(dice.chance(0.6) ? { nodeSelector: { workload: dice.pick(userPools) } } : {}),
      terminationGracePeriodSeconds: dice.pick([30, 30, 30, 120]),
      containers: [container(name, dice.pick(["25m", "100m", "250m"]))],
      ...(dice.chance(0.06) ? { volumes: [{ name: "cache", emptyDir: {} }] } : {}),
    },
  };
}

function container(name: string, cpu: string): Manifest {
  return {
    name,
    image: `registry.example.com/${name}:1.0.0`,
    resources: { requests: { cpu, memory: "64Mi" } },
  };
}

function deployment(dice: Dice, name: string, replicas: number, userPools: readonly string[]): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate(dice, name, userPools),
    },
  };
}

function statefulSet(dice: Dice, name: string, replicas: number, userPools: readonly string[]): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace: name },
    spec: {
      serviceName: name,
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate(dice, name, userPools),
    },
  };
}

/** Mostly one that lets a drain go on; now and then one that never does. */
function budget(dice: Dice, name: string, replicas: number): Manifest {
  const impossible = dice.chance(0.04);
  const spare = impossible ? 0 : dice.between(1, Math.max(1, replicas));
  const rule = dice.pick([
    { minAvailable: Math.max(0, replicas - spare) },
    { maxUnavailable: spare },
    impossible ? { minAvailable: "100%" } : { maxUnavailable: "50%" },
  ]);
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: name },
    spec: {
      ...rule,
      selector: { matchLabels: { app: name } },
      ...(dice.chance(0.15) ? { unhealthyPodEvictionPolicy: "AlwaysAllow" } : {}),
    },
  };
}

function barePod(dice: Dice, name: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${name}-by-hand`, namespace: name, labels: { app: name } },
    spec: { containers: [container(name, "50m")], terminationGracePeriodSeconds: dice.pick([1, 30]) },
  };
}

function job(dice: Dice, name: string): Manifest {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: name },
    spec: {
      template: {
        metadata: { annotations: { "simulator.drydock.dev/run-seconds": String(dice.between(5, 3_000)) } },
        spec: { restartPolicy: "Never", containers: [container(name, "50m")] },
      },
    },
  };
}

function daemonSet(): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "node-agent", namespace: "kube-system" },
    spec: {
      selector: { matchLabels: { app: "node-agent" } },
      template: {
        metadata: { labels: { app: "node-agent" } },
        spec: { tolerations: [{ operator: "Exists" }], containers: [container("node-agent", "20m")] },
      },
    },
  };
}

function dns(dice: Dice): Manifest[] {
  const labels = { app: "coredns" };
  const template = {
    metadata: { labels },
    spec: {
      tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
      nodeSelector: { "kubernetes.azure.com/mode": "system" },
      containers: [container("coredns", "50m")],
    },
  };
  const replicas = dice.between(1, 3);
  const guarded = replicas > 1 && dice.chance(0.7);
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "coredns", namespace: "kube-system" },
      spec: { replicas, selector: { matchLabels: labels }, template },
    },
    ...(guarded
      ? [
          {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: { name: "coredns", namespace: "kube-system" },
            spec: { minAvailable: 1, selector: { matchLabels: labels } },
          },
        ]
      : []),
  ];
}
