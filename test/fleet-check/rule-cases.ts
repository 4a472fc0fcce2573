import { type Files, kustomization, object, pod, release, yaml } from "./fleet.ts";

/** A rule with what it must find, where, and the repository in which it must find nothing; both on top of a sound one. */
export interface RuleCase {
  readonly finds: string;
  readonly planted: Files;
  readonly mended: Files;
}

const issuer = object("cert-manager.io/v1", "ClusterIssuer", "letsencrypt", { spec: { selfSigned: {} } });
const certManager = release("shop/cert-manager", "cert-manager");
const encrypted = (at: string) =>
  object("v1", "Secret", at, { stringData: { key: "ENC[AES256_GCM,data:x]" }, sops: { mac: "ENC[x]", age: [] } });
const env = { containers: [{ name: "a", image: "example.com/a:1.0", envFrom: [{ secretRef: { name: "token" } }] }] };
const webhook = (selector: object) =>
  yaml(
    object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "guard", {
      webhooks: [
        {
          name: "guard.example.com",
          namespaceSelector: selector,
          clientConfig: { service: { name: "guard", namespace: "shop" } },
          rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
        },
      ],
    }),
    object("v1", "Service", "shop/guard", { spec: { selector: { app: "guard" } } }),
    { ...pod("shop/guard"), metadata: { name: "guard", namespace: "shop", labels: { app: "guard" } } },
  );
const claim = (storageClassName: string) =>
  yaml(
    object("v1", "PersistentVolumeClaim", "shop/data", { spec: { storageClassName, accessModes: ["ReadWriteOnce"] } }),
  );
const ingress = (ingressClassName: string) =>
  yaml(object("networking.k8s.io/v1", "Ingress", "shop/web", { spec: { ingressClassName } }));
const route = yaml(
  object("gateway.networking.k8s.io/v1", "HTTPRoute", "shop/web", { spec: { parentRefs: [{ name: "edge" }] } }),
);
const acme = (server: string) =>
  yaml(
    object("cert-manager.io/v1", "ClusterIssuer", "acme", {
      spec: {
        acme: {
          server: `https://${server}/directory`,
          privateKeySecretRef: { name: "account" },
          solvers: [{ dns01: { cloudflare: { apiTokenSecretRef: { name: "dns-token", key: "t" } } } }],
        },
      },
    }),
  );
const dnsToken = yaml(object("external-secrets.io/v1", "ExternalSecret", "cert-manager/dns-token", { spec: {} }));

/** One case for each rule of a cluster; more where a rule has several ways to fail. */
export const CLUSTER_CASES: readonly RuleCase[] = [
  {
    finds: "blocker DependencyCycle clusters/prod/apps.yaml:14",
    planted: { "clusters/prod/infra.yaml": kustomization("infra", { path: "infra", dependsOn: [{ name: "apps" }] }) },
    mended: {},
  },
  {
    finds: "blocker DependencyCycle apps/releases.yaml:17",
    planted: {
      "apps/releases.yaml": yaml(
        release("shop/a", "podinfo", { dependsOn: [{ name: "b" }] }),
        release("shop/b", "podinfo", { dependsOn: [{ name: "a" }] }),
      ),
    },
    mended: {
      "apps/releases.yaml": yaml(
        release("shop/a", "podinfo", { dependsOn: [{ name: "b" }] }),
        release("shop/b", "podinfo"),
      ),
    },
  },
  {
    finds: "blocker DependencyMissing clusters/prod/apps.yaml:14",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", { path: "apps", dependsOn: [{ name: "infrastructure" }] }),
    },
    mended: {},
  },
  {
    finds: "blocker DependencyMissing apps/release.yaml:17",
    planted: { "apps/release.yaml": yaml(release("shop/a", "podinfo", { dependsOn: [{ name: "gone" }] })) },
    mended: { "apps/release.yaml": yaml(release("shop/a", "podinfo")) },
  },
  {
    finds: "blocker SourceMissing clusters/prod/apps.yaml:11",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        sourceRef: { kind: "GitRepository", name: "other" },
      }),
    },
    mended: {},
  },
  {
    finds: "blocker SourceMissing apps/release.yaml:14",
    planted: { "apps/release.yaml": yaml(release("shop/a", "podinfo")), "infra/charts.yaml": undefined },
    mended: { "apps/release.yaml": yaml(release("shop/a", "podinfo")) },
  },
  {
    finds: "blocker PathMissing clusters/prod/apps.yaml:12",
    planted: { "clusters/prod/apps.yaml": kustomization("apps", { path: "./app" }) },
    mended: {},
  },
  {
    finds: "blocker RenderFailed apps/gone.yaml:1",
    planted: { "apps/kustomization.yaml": "resources: [shop.yaml, gone.yaml]\n" },
    mended: { "apps/kustomization.yaml": "resources: [shop.yaml]\n" },
  },
  {
    finds: "blocker FluxObjectInvalid clusters/prod/apps.yaml:2",
    planted: { "clusters/prod/apps.yaml": kustomization("apps", { path: "apps", sourceRef: undefined }) },
    mended: {},
  },
  {
    finds: "blocker HealthCheckMissing clusters/prod/apps.yaml:16",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        healthChecks: [{ apiVersion: "v1", kind: "Pod", name: "gone", namespace: "shop" }],
      }),
    },
    mended: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        healthChecks: [{ apiVersion: "v1", kind: "Pod", name: "storefront", namespace: "shop" }],
      }),
    },
  },
  {
    finds: "blocker DefinitionMissing apps/issuer.yaml:2",
    planted: { "apps/issuer.yaml": yaml(issuer) },
    mended: { "apps/issuer.yaml": yaml(issuer), "infra/cert-manager.yaml": yaml(certManager) },
  },
  {
    finds: "blocker CustomResourceBeforeDefinition apps/issuer.yaml:2",
    planted: { "apps/issuer.yaml": yaml(issuer), "apps/cert-manager.yaml": yaml(certManager) },
    mended: { "apps/issuer.yaml": yaml(issuer), "infra/cert-manager.yaml": yaml(certManager) },
  },
  {
    finds: "warning CustomResourceBeforeDefinition apps/issuer.yaml:2",
    planted: {
      "apps/issuer.yaml": yaml(issuer),
      "infra/cert-manager.yaml": yaml(certManager),
      "clusters/prod/apps.yaml": kustomization("apps", { path: "apps" }),
    },
    mended: { "apps/issuer.yaml": yaml(issuer), "infra/cert-manager.yaml": yaml(certManager) },
  },
  {
    finds: "warning DependencyWithoutWait clusters/prod/infra.yaml:2",
    planted: {
      "apps/issuer.yaml": yaml(issuer),
      "infra/cert-manager.yaml": yaml(certManager),
      "clusters/prod/infra.yaml": kustomization("infra", { path: "infra" }),
    },
    mended: { "apps/issuer.yaml": yaml(issuer), "infra/cert-manager.yaml": yaml(certManager) },
  },
  {
    finds: "blocker NamespaceMissing apps/more.yaml:5",
    planted: { "apps/more.yaml": yaml(pod("pay/pay")) },
    mended: { "apps/more.yaml": yaml(object("v1", "Namespace", "pay"), pod("pay/pay")) },
  },
  {
    finds: "blocker NamespaceMissing apps/more.yaml:5",
    planted: {
      "apps/more.yaml": yaml(object("v1", "ConfigMap", "mesh/settings")),
      "apps/release.yaml": yaml(
        release("shop/mesh", "podinfo", { targetNamespace: "mesh", install: { createNamespace: true } }),
      ),
    },
    mended: {
      "apps/more.yaml": yaml(object("v1", "ConfigMap", "mesh/settings")),
      "infra/release.yaml": yaml(
        release("shop/mesh", "podinfo", { targetNamespace: "mesh", install: { createNamespace: true } }),
      ),
    },
  },
  {
    finds: "blocker NamespaceMissing apps/release.yaml:16",
    planted: { "apps/release.yaml": yaml(release("shop/mesh", "podinfo", { targetNamespace: "mesh" })) },
    mended: {
      "apps/release.yaml": yaml(
        release("shop/mesh", "podinfo", { targetNamespace: "mesh", install: { createNamespace: true } }),
      ),
    },
  },
  {
    finds: "blocker NamespaceNotSet apps/more.yaml:2",
    planted: { "apps/more.yaml": yaml(pod("lost")) },
    mended: { "apps/more.yaml": yaml(object("v1", "Namespace", "lost")) },
  },
  {
    finds: "info NamespaceLater apps/shop.yaml:2",
    planted: { "clusters/prod/apps.yaml": kustomization("apps", { path: "apps" }) },
    mended: {},
  },
  {
    finds: "blocker SecretMissing apps/shop.yaml:12",
    planted: { "apps/shop.yaml": yaml(pod("shop/storefront", env)) },
    mended: {
      "apps/shop.yaml": yaml(pod("shop/storefront", env)),
      "apps/token.yaml": yaml(
        object("external-secrets.io/v1", "ExternalSecret", "shop/t", { spec: { target: { name: "token" } } }),
      ),
    },
  },
  {
    finds: "blocker ConfigMapMissing clusters/prod/apps.yaml:16",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "site" }] },
      }),
    },
    mended: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "site" }] },
      }),
      "infra/site.yaml": yaml(object("v1", "ConfigMap", "flux-system/site", { data: { a: "b" } })),
    },
  },
  {
    finds: "blocker EncryptedWithoutDecryption apps/secret.yaml:2",
    planted: { "apps/secret.yaml": yaml(encrypted("shop/token")) },
    mended: {
      "apps/secret.yaml": yaml(encrypted("shop/token")),
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        dependsOn: [{ name: "infra" }],
        decryption: { provider: "sops", secretRef: { name: "sops-age" } },
      }),
    },
  },
  {
    finds: "blocker StorageClassMissing apps/claim.yaml:7",
    planted: { "apps/claim.yaml": claim("fast") },
    mended: { "apps/claim.yaml": claim("managed-csi") },
  },
  {
    finds: "blocker PriorityClassMissing apps/shop.yaml:10",
    planted: { "apps/shop.yaml": yaml(pod("shop/storefront", { priorityClassName: "gold" })) },
    mended: {
      "apps/shop.yaml": yaml(pod("shop/storefront", { priorityClassName: "gold" })),
      "infra/gold.yaml": yaml(object("scheduling.k8s.io/v1", "PriorityClass", "gold", { value: 10 })),
    },
  },
  {
    finds: "blocker ServiceAccountMissing apps/shop.yaml:10",
    planted: { "apps/shop.yaml": yaml(pod("shop/storefront", { serviceAccountName: "till" })) },
    mended: {
      "apps/shop.yaml": yaml(
        pod("shop/storefront", { serviceAccountName: "till" }),
        object("v1", "ServiceAccount", "shop/till"),
      ),
    },
  },
  {
    finds: "warning IngressClassMissing apps/web.yaml:7",
    planted: { "apps/web.yaml": ingress("nginx") },
    mended: { "apps/web.yaml": ingress("nginx"), "infra/nginx.yaml": yaml(release("shop/nginx", "ingress-nginx")) },
  },
  {
    finds: "warning GatewayMissing apps/web.yaml:8",
    planted: { "apps/web.yaml": route },
    mended: {
      "apps/web.yaml": route,
      "apps/edge.yaml": yaml(
        object("gateway.networking.k8s.io/v1", "Gateway", "shop/edge", {
          spec: { gatewayClassName: "azure-alb-external" },
        }),
      ),
    },
  },
  {
    finds: "warning VariableNotSet apps/shop.yaml:4",
    planted: {
      "apps/shop.yaml": yaml(pod("shop/storefront-$" + "{site}")),
      "clusters/prod/apps.yaml": kustomization("apps", { path: "apps", postBuild: { substitute: { ring: "prod" } } }),
    },
    mended: {
      "apps/shop.yaml": yaml(pod("shop/storefront-$" + "{site}")),
      "clusters/prod/apps.yaml": kustomization("apps", { path: "apps", postBuild: { substitute: { site: "weu" } } }),
    },
  },
  {
    finds: "warning NotRead apps/kustomization.yaml:1",
    planted: { "apps/kustomization.yaml": "helmCharts: [{name: podinfo}]\n" },
    mended: { "apps/kustomization.yaml": "resources: [shop.yaml]\n" },
  },
  {
    finds: "warning RemoteBase apps/kustomization.yaml:3",
    planted: { "apps/kustomization.yaml": "resources:\n  - shop.yaml\n  - https://example.com/crds.yaml\n" },
    mended: { "apps/kustomization.yaml": "resources:\n  - shop.yaml\n" },
  },
  {
    finds: "info ExternalSource clusters/prod/apps.yaml:11",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "x",
        sourceRef: { kind: "GitRepository", name: "apps" },
      }),
      "clusters/prod/source.yaml": yaml(
        object("source.toolkit.fluxcd.io/v1", "GitRepository", "flux-system/apps", {
          spec: { url: "https://git.example.com/apps" },
        }),
      ),
    },
    mended: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        sourceRef: { kind: "GitRepository", name: "apps" },
      }),
      "clusters/prod/source.yaml": yaml(
        object("source.toolkit.fluxcd.io/v1", "GitRepository", "flux-system/apps", {
          spec: { url: "ssh://git@git.example.com/fleet" },
        }),
      ),
    },
  },
  {
    finds: "warning WorkloadIdentity apps/account.yaml:7",
    planted: {
      "apps/account.yaml": yaml({
        ...object("v1", "ServiceAccount", "shop/till"),
        metadata: { name: "till", namespace: "shop", annotations: { "azure.workload.identity/client-id": "1-2" } },
      }),
    },
    mended: { "apps/account.yaml": yaml(object("v1", "ServiceAccount", "shop/till")) },
  },
  {
    finds: "warning RegistryNotAttached apps/shop.yaml:9",
    planted: {
      "apps/shop.yaml": yaml(pod("shop/a", { containers: [{ name: "a", image: "other.azurecr.io/a:1.0" }] })),
    },
    mended: { "apps/shop.yaml": yaml(pod("shop/a", { containers: [{ name: "a", image: "own.azurecr.io/a:1.0" }] })) },
  },
  {
    finds: "warning WebhookGatesItself apps/guard.yaml:6",
    planted: { "apps/guard.yaml": webhook({}) },
    mended: {
      "apps/guard.yaml": webhook({
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["shop"] }],
      }),
    },
  },
  {
    finds: "warning RootArtefact clusters/prod/apps.yaml:18",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "apps",
        dependsOn: [{ name: "infra" }],
        decryption: { provider: "sops", secretRef: { name: "sops-age" } },
      }),
    },
    mended: {},
  },
  {
    finds: "warning RootArtefact apps/issuer.yaml:14",
    planted: { "apps/issuer.yaml": acme("acme.example.com") },
    mended: { "apps/issuer.yaml": `${acme("acme.example.com")}---\n${dnsToken}` },
  },
  {
    finds: "warning RootArtefact apps/sealed.yaml:2",
    planted: { "apps/sealed.yaml": yaml(object("bitnami.com/v1alpha1", "SealedSecret", "shop/token", { spec: {} })) },
    mended: {},
  },
  {
    finds: "warning SecretInClear apps/secret.yaml:2",
    planted: { "apps/secret.yaml": yaml(object("v1", "Secret", "shop/token", { stringData: { key: "hunter2" } })) },
    mended: { "apps/secret.yaml": yaml(object("v1", "Secret", "shop/token", { stringData: { key: "$" + "{KEY}" } })) },
  },
  {
    finds: "info SecretsFromOutside",
    planted: {
      "apps/shop.yaml": yaml(pod("shop/storefront", env)),
      "apps/token.yaml": yaml(object("external-secrets.io/v1", "ExternalSecret", "shop/token", { spec: {} })),
    },
    mended: {},
  },
  {
    finds: "warning ChartVersionNotPinned apps/release.yaml:8",
    planted: {
      "apps/release.yaml": yaml(
        release("shop/a", "x", {
          chart: {
            spec: { chart: "podinfo", sourceRef: { kind: "HelmRepository", name: "charts", namespace: "flux-system" } },
          },
        }),
      ),
    },
    mended: { "apps/release.yaml": yaml(release("shop/a", "podinfo")) },
  },
  {
    finds: "info ImageTagMutable apps/shop.yaml:9",
    planted: { "apps/shop.yaml": yaml(pod("shop/a", { containers: [{ name: "a", image: "example.com:5000/a" }] })) },
    mended: { "apps/shop.yaml": yaml(pod("shop/a", { containers: [{ name: "a", image: "example.com:5000/a:2.1" }] })) },
  },
  {
    finds: "warning FluxApiGoing clusters/prod/apps.yaml:1",
    planted: {
      "clusters/prod/apps.yaml": kustomization("apps", { path: "apps", dependsOn: [{ name: "infra" }] }).replace(
        "fluxcd.io/v1",
        "fluxcd.io/v1beta2",
      ),
    },
    mended: {},
  },
  {
    finds: "warning KubernetesApiRemoved apps/cron.yaml:1",
    planted: { "apps/cron.yaml": yaml(object("batch/v1beta1", "CronJob", "shop/night", { spec: { suspend: true } })) },
    mended: { "apps/cron.yaml": yaml(object("batch/v1", "CronJob", "shop/night", { spec: { suspend: true } })) },
  },
  {
    finds: "warning AppliedTwice infra/again.yaml:2",
    planted: { "infra/again.yaml": yaml(pod("shop/storefront")) },
    mended: { "infra/again.yaml": yaml(pod("shop/another")) },
  },
  {
    finds: "info Suspended clusters/prod/apps.yaml:13",
    planted: { "clusters/prod/apps.yaml": kustomization("apps", { path: "apps", suspend: true }) },
    mended: {},
  },
  {
    finds: "info AddOnNeeded apps/classes.yaml:2",
    planted: {
      "apps/classes.yaml": yaml(
        object("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "shop/kv", { spec: {} }),
      ),
    },
    mended: {},
  },
  {
    finds: "info ExternalDns apps/dns.yaml:2",
    planted: { "apps/dns.yaml": yaml(release("shop/dns", "external-dns")) },
    mended: {},
  },
  {
    finds: "info ImageAutomationPushes apps/update.yaml:8",
    planted: {
      "apps/update.yaml": yaml(
        object("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation", "flux-system/all", {
          spec: { git: { push: { branch: "main" } } },
        }),
      ),
    },
    mended: {
      "apps/update.yaml": yaml(
        object("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation", "flux-system/all", {
          spec: { suspend: true, git: { push: { branch: "main" } } },
        }),
      ),
    },
  },
  {
    finds: "info CronJobRuns apps/cron.yaml:7",
    planted: {
      "apps/cron.yaml": yaml(object("batch/v1", "CronJob", "shop/night", { spec: { schedule: "0 3 * * *" } })),
    },
    mended: {
      "apps/cron.yaml": yaml(
        object("batch/v1", "CronJob", "shop/night", { spec: { schedule: "0 3 * * *", suspend: true } }),
      ),
    },
  },
  {
    finds: "info QueueConsumer apps/scale.yaml:7",
    planted: {
      "apps/scale.yaml": yaml(
        object("keda.sh/v1alpha1", "ScaledObject", "shop/orders", {
          spec: { triggers: [{ type: "azure-servicebus" }] },
        }),
      ),
    },
    mended: {
      "apps/scale.yaml": yaml(
        object("keda.sh/v1alpha1", "ScaledObject", "shop/orders", { spec: { triggers: [{ type: "cpu" }] } }),
      ),
    },
  },
  {
    finds: "info ProductionIssuer apps/issuer.yaml:7",
    planted: { "apps/issuer.yaml": acme("acme-v02.api.letsencrypt.org") },
    mended: { "apps/issuer.yaml": acme("acme-staging-v02.api.letsencrypt.org") },
  },
];
