import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCheckout } from "../../cli/fleet/checkout.ts";
import { check, type Files, object, pod, release, told, yaml } from "./fleet.ts";

const FLEET = join(import.meta.dirname, "../../fleet");
const SAMPLE: Files = Object.fromEntries(
  readCheckout(FLEET).paths.map((path) => [path, readFileSync(join(FLEET, path), "utf8")]),
);
const CLUSTER = "clusters/prod-weu/kustomization.yaml";

/** The sample fleet with more resources on one cluster. */
function planted(text: string, more: Files = {}): Files {
  return {
    ...SAMPLE,
    [CLUSTER]: `${SAMPLE[CLUSTER]}  - planted.yaml\n`,
    "clusters/prod-weu/planted.yaml": text,
    ...more,
  };
}

const changed = (path: string, from: string, to: string): Files => {
  const text = SAMPLE[path] ?? "";
  if (!text.includes(from)) throw new Error(`${path} does not say ${from}`);
  return { ...SAMPLE, [path]: text.replace(from, to) };
};

const storefront = "apps/shop/deployment.yaml";
const inContainer = (field: string) => changed(storefront, "          ports:", `          ${field}\n          ports:`);
const inPod = (field: string) => changed(storefront, "      containers:", `      ${field}\n      containers:`);
const flux = (kind: string, name: string, spec: object) =>
  object("kustomize.toolkit.fluxcd.io/v1", kind, `flux-system/${name}`, {
    spec: {
      interval: "5m",
      prune: true,
      path: "apps/shop",
      sourceRef: { kind: "GitRepository", name: "fleet" },
      ...spec,
    },
  });
const issuer = object("cert-manager.io/v1", "ClusterIssuer", "x", { spec: {} });
const repository = object("source.toolkit.fluxcd.io/v1", "HelmRepository", "flux-system/charts", {
  spec: { url: "https://x.example.com" },
});
const clear = object("v1", "Secret", "shop/token", { stringData: { password: "correct-horse-battery" } });

const PLANTED: ReadonlyArray<readonly [dependency: string, finding: string, files: Files]> = [
  ["a secret in the environment", "blocker SecretMissing", inContainer("envFrom: [{secretRef: {name: shop-db}}]")],
  ["a secret for pulling images", "blocker SecretMissing", inPod("imagePullSecrets: [{name: pull}]")],
  ["a secret as a volume", "blocker SecretMissing", inPod("volumes: [{name: tls, secret: {secretName: tls}}]")],
  ["a ConfigMap", "blocker ConfigMapMissing", inContainer("envFrom: [{configMapRef: {name: settings}}]")],
  ["a service account", "blocker ServiceAccountMissing", inPod("serviceAccountName: storefront")],
  ["a priority class", "blocker PriorityClassMissing", inPod("priorityClassName: business-critical")],
  [
    "a storage class",
    "blocker StorageClassMissing",
    changed("apps/orders-db/statefulset.yaml", "managed-csi", "premium-zrs"),
  ],
  ["a namespace", "blocker NamespaceMissing", changed("apps/shop/kustomization.yaml", "  - namespace.yaml\n", "")],
  [
    "no namespace at all",
    "blocker NamespaceNotSet",
    changed("apps/toolbox/kustomization.yaml", "namespace: default\n", ""),
  ],
  ["a file", "blocker RenderFailed", { ...SAMPLE, "apps/reports/deployment.yaml": undefined }],
  ["a definition", "blocker DefinitionMissing", planted(yaml(issuer))],
  [
    "a definition of a chart beside it",
    "blocker CustomResourceBeforeDefinition",
    planted(yaml(issuer, repository, release("flux-system/cert-manager", "cert-manager"))),
  ],
  [
    "a dependency",
    "blocker DependencyMissing",
    planted(yaml(flux("Kustomization", "a", { dependsOn: [{ name: "b" }] }))),
  ],
  [
    "a circle",
    "blocker DependencyCycle",
    planted(
      yaml(
        flux("Kustomization", "a", { dependsOn: [{ name: "b" }] }),
        flux("Kustomization", "b", { dependsOn: [{ name: "a" }] }),
      ),
    ),
  ],
  ["a path", "blocker PathMissing", planted(yaml(flux("Kustomization", "a", { path: "apps/gone" })))],
  ["a source of charts", "blocker SourceMissing", planted(yaml(release("flux-system/a", "podinfo")))],
  [
    "values",
    "warning SecretMissing",
    planted(yaml(repository, release("flux-system/a", "podinfo", { valuesFrom: [{ kind: "Secret", name: "v" }] }))),
  ],
  [
    "a namespace of a chart",
    "blocker NamespaceMissing",
    planted(yaml(repository, release("flux-system/a", "podinfo", { targetNamespace: "elsewhere" }))),
  ],
  [
    "another repository",
    "info ExternalSource",
    planted(
      yaml(
        flux("Kustomization", "a", {}),
        object("source.toolkit.fluxcd.io/v1", "GitRepository", "flux-system/fleet", {
          spec: { url: "https://git.example.com/other" },
        }),
      ),
    ),
  ],
  ["a secret in clear", "warning SecretInClear", planted(yaml(clear))],
  [
    "a sealed secret",
    "warning RootArtefact",
    planted(yaml(object("bitnami.com/v1alpha1", "SealedSecret", "shop/a", { spec: {} }))),
  ],
  [
    "a remote base",
    "warning RemoteBase",
    { ...SAMPLE, [CLUSTER]: `${SAMPLE[CLUSTER]}  - https://github.com/example/crds?ref=v1\n` },
  ],
  [
    "an ingress class",
    "warning IngressClassMissing",
    planted(yaml(object("networking.k8s.io/v1", "Ingress", "shop/a", { spec: { ingressClassName: "nginx" } }))),
  ],
  [
    "a workload identity",
    "warning WorkloadIdentity",
    planted(
      yaml({
        ...object("v1", "ServiceAccount", "shop/a"),
        metadata: { name: "a", namespace: "shop", annotations: { "azure.workload.identity/client-id": "0" } },
      }),
    ),
  ],
  ["a duplicate", "warning AppliedTwice", planted(yaml(flux("Kustomization", "again", { path: "apps/shop" })))],
  [
    "work at night",
    "info CronJobRuns",
    planted(yaml(object("batch/v1", "CronJob", "shop/a", { spec: { schedule: "@daily" } }))),
  ],
  [
    "a moving tag",
    "info ImageTagMutable",
    planted(yaml(pod("shop/a", { containers: [{ name: "a", image: "registry.example.com/a:latest" }] }))),
  ],
];

describe("the sample fleet", () => {
  it("passes, all four clusters of it", () => {
    const result = check(SAMPLE);
    expect(result.clusters.map(({ name }) => name)).toEqual(["dev-weu", "prod-neu", "prod-weu", "staging-weu"]);
    expect(told(result)).toEqual([]);
  });

  it.each(PLANTED)("that depends on %s without saying so is told %s", (_what, finding, files) => {
    const found = told(check(files, { cluster: "prod-weu" })).map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(found).toContain(finding);
  });

  it("is told of no value of a secret", () => {
    expect(JSON.stringify(check(planted(yaml(clear))).clusters.map(({ findings }) => findings))).not.toContain("horse");
  });
});
