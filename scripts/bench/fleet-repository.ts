import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";

const ENVIRONMENTS = ["dev", "staging", "prod"];
const SHARED_APPS = 50;
const CHARTS = 30;

interface Repository {
  readonly manifests: number;
  readonly files: number;
}

/**
 * Writes a fleet repository as a large team has it: each cluster bootstrapped by itself, charts and apps in folders that all
 * share through an overlay an environment, and on top of that manifests of its own, up to the number asked for.
 */
export function writeFleetRepository(directory: string, clusters: number, manifests: number): Repository {
  const files = new Map<string, readonly object[]>();
  const kustomizations = new Map<string, object>();
  addCharts(files);
  addSharedApps(files, kustomizations);
  for (let index = 0; index < clusters; index += 1) addCluster(files, index);
  const written = () => [...files.values()].reduce((sum, objects) => sum + objects.length, 0);
  for (let number = 0, left = manifests - written(); number < left; number += 1) {
    const cluster = nameOf(number % clusters);
    const name = `own-${Math.floor(number / clusters)}`;
    files.set(`own/${cluster}/${name}.yaml`, [deployment("own", name)]);
  }
  const printed = new Map<readonly object[], string>();
  for (const [path, objects] of files) {
    const text = printed.get(objects) ?? objects.map((each) => stringify(each)).join("---\n");
    printed.set(objects, text);
    write(directory, path, text);
  }
  for (const [path, content] of kustomizations) write(directory, path, stringify(content));
  return { manifests: written(), files: files.size + kustomizations.size };
}

function write(directory: string, path: string, text: string): void {
  mkdirSync(join(directory, dirname(path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

function nameOf(index: number): string {
  return `${ENVIRONMENTS[index % ENVIRONMENTS.length]}-${String(index).padStart(3, "0")}`;
}

function object(apiVersion: string, kind: string, namespace: string | null, name: string, more: object = {}): object {
  return { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) }, ...more };
}

function deployment(namespace: string, name: string): object {
  const labels = { app: name };
  const container = {
    name,
    image: `example.azurecr.io/${name}:1.4.2`,
    env: [{ name: "SITE", value: ["$", "{site}"].join("") }],
    envFrom: [{ configMapRef: { name: "cluster", optional: true } }],
    resources: { requests: { cpu: "100m", memory: "128Mi" } },
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  return object("apps/v1", "Deployment", namespace, name, {
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
}

function addCharts(files: Map<string, readonly object[]>): void {
  files.set(
    "infrastructure/namespaces.yaml",
    ["own", "apps", "charts"].map((name) => object("v1", "Namespace", null, name)),
  );
  for (let index = 0; index < CHARTS; index += 1) {
    const name = `chart-${index}`;
    const source = { kind: "HelmRepository", name, namespace: "flux-system" };
    files.set(`infrastructure/${name}.yaml`, [
      object("source.toolkit.fluxcd.io/v1", "HelmRepository", "flux-system", name, {
        spec: { interval: "1h", url: `https://charts.example.com/${name}` },
      }),
      object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "charts", name, {
        spec: {
          interval: "1h",
          chart: { spec: { chart: name, version: "1.2.3", sourceRef: source } },
          values: { replicas: 2 },
        },
      }),
    ]);
  }
}

function addSharedApps(files: Map<string, readonly object[]>, kustomizations: Map<string, object>): void {
  const names: string[] = [];
  for (let index = 0; index < SHARED_APPS; index += 1) {
    const name = `app-${index}`;
    names.push(`${name}.yaml`);
    files.set(`apps/base/${name}.yaml`, [
      deployment("apps", name),
      object("v1", "Service", "apps", name, { spec: { selector: { app: name }, ports: [{ port: 80 }] } }),
      object("policy/v1", "PodDisruptionBudget", "apps", name, {
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
      }),
    ]);
  }
  kustomizations.set("apps/base/kustomization.yaml", { resources: names });
  for (const environment of ENVIRONMENTS) {
    kustomizations.set(`apps/${environment}/kustomization.yaml`, {
      resources: ["../base"],
      labels: [{ pairs: { environment }, includeSelectors: false }],
      images: [{ name: "example.azurecr.io/app-1", newTag: "1.5.0" }],
    });
  }
}

/** What `flux bootstrap` writes beside its sync: definitions with long schemas, and controllers. */
function fluxComponents(): object[] {
  const field = (name: string) => [name, { type: "string", description: `What ${name} is for, in a sentence or two.` }];
  const properties = Object.fromEntries(Array.from({ length: 250 }, (_, index) => field(`field${index}`)));
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } };
  const definitions = ["Alert", "Bucket", "Chart", "Provider", "Receiver", "Release", "Repository", "Unit"].map(
    (kind) => {
      const plural = `${kind.toLowerCase()}s`;
      const names = { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` };
      return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, `${plural}.bench.fluxcd.io`, {
        spec: {
          group: "bench.fluxcd.io",
          names,
          scope: "Namespaced",
          versions: [{ name: "v1", served: true, storage: true, schema }],
        },
      });
    },
  );
  const controllers = ["helm-controller", "kustomize-controller", "notification-controller", "source-controller"];
  return [
    object("v1", "Namespace", null, "flux-system"),
    ...definitions,
    ...controllers.map((name) => deployment("flux-system", name)),
  ];
}

const FLUX_COMPONENTS = fluxComponents();

function addCluster(files: Map<string, readonly object[]>, index: number): void {
  const name = nameOf(index);
  const environment = name.slice(0, name.indexOf("-"));
  const unit = (own: string, path: string, more: object = {}) =>
    object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "flux-system", own, {
      spec: { interval: "10m", prune: true, path, sourceRef: { kind: "GitRepository", name: "flux-system" }, ...more },
    });
  const variables = { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "cluster" }] } };
  files.set(`clusters/${name}/flux-system/gotk-sync.yaml`, [
    object("source.toolkit.fluxcd.io/v1", "GitRepository", "flux-system", "flux-system", {
      spec: { interval: "1m", url: "https://git.example.com/fleet.git", ref: { branch: "main" } },
    }),
    unit("flux-system", `./clusters/${name}`),
  ]);
  files.set(`clusters/${name}/flux-system/gotk-components.yaml`, FLUX_COMPONENTS);
  files.set(`clusters/${name}/cluster.yaml`, [
    object("v1", "ConfigMap", "flux-system", "cluster", { data: { site: name } }),
    unit("infrastructure", "./infrastructure", { wait: true }),
    unit("apps", `./apps/${environment}`, { dependsOn: [{ name: "infrastructure" }], ...variables }),
    unit("own", `./own/${name}`, { dependsOn: [{ name: "infrastructure" }], ...variables }),
  ]);
}
