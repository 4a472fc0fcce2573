import type { KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import { applyObject } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { keyOf, type ObjectChange } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { type Resource, resourceNamed } from "../kubernetes/model/resources.ts";
import { hashText } from "../random.ts";
import { findSource, requestOf } from "./artifacts.ts";
import type { RenderedChart } from "./chart-catalog.ts";
import { durationSeconds } from "./duration.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { FluxPorts } from "./flux-ports.ts";
import {
  conditionsOf,
  failed,
  isReady,
  observed,
  progressing,
  stalled,
  statusOf,
  succeeded,
  tell,
  writeStatus,
} from "./flux-status.ts";
import { healthOfReference } from "./health.ts";
import {
  type HelmReleaseSpec,
  helmReleaseSpecSchema,
  helmReleaseStatusSchema,
  type ReleaseEntry,
} from "./helm-release-spec.ts";
import { composeValues } from "./helm-values.ts";
import { applyInStages, type Owner, prune, referenceOfEntry } from "./kustomization-apply.ts";
import type { FluxKind, Outcome } from "./reconcile-loop.ts";

const API_VERSION = "helm.toolkit.fluxcd.io/v2";
const GROUP = "helm.toolkit.fluxcd.io";
const COMPONENT = "helm-controller";
const DEPENDENCY_SECONDS = 30;
const DEFAULT_TIMEOUT_SECONDS = 300;

/** HelmRelease: installs and upgrades a chart's objects, waits for them, and gives up after its retries. */
export function helmReleaseKind(ports: FluxPorts): FluxKind {
  return {
    name: "helmrelease",
    apiVersion: API_VERSION,
    kind: "HelmRelease",
    workSeconds: 4,
    concerns: concernedReleases,
    inputs: (cluster, object) => (cluster.instant ? String(dependenciesUp(cluster, object)) : ""),
    begin(cluster, resource, object) {
      writeStatus(cluster, resource, object, progressing("Fulfilling prerequisites"));
    },
    work(cluster, resource, object) {
      try {
        return release(ports, cluster, resource, object);
      } catch (error) {
        if (!(error instanceof FluxFailure)) throw error;
        const { reason, message } = error;
        writeStatus(cluster, resource, object, failed(reason, message), observed(object));
        tell(cluster, object, COMPONENT, { type: "Warning", reason, message });
        return { retrySeconds: error.retrySeconds ?? intervalOf(specOf(object)) };
      }
    },
    check: (cluster, resource, object, isLate) => checkRelease(cluster, resource, object, isLate),
  };
}

function specOf(object: KubernetesObject): HelmReleaseSpec {
  return helmReleaseSpecSchema.parse(object.spec);
}

function intervalOf(spec: HelmReleaseSpec): number {
  return durationSeconds(spec.interval) ?? DEFAULT_TIMEOUT_SECONDS;
}

function timeoutOf(spec: HelmReleaseSpec): number {
  return durationSeconds(spec.timeout) ?? DEFAULT_TIMEOUT_SECONDS;
}

function concernedReleases({ resource, object }: ObjectChange, cluster: ClusterModel): string[] {
  const { labels } = object.metadata;
  const owner = labels?.[`${GROUP}/name`];
  const own = owner === undefined ? [] : [keyOf(labels?.[`${GROUP}/namespace`] ?? "", owner)];
  const releases =
    cluster.instant && resource.group === GROUP ? cluster.resourceOfKind(API_VERSION, "HelmRelease") : undefined;
  const others = releases
    ? cluster
        .tableOf(releases)
        .list()
        .map(({ metadata }) => keyOf(metadata.namespace, metadata.name))
    : [];
  return [...own, ...others];
}

function findRelease(cluster: ClusterModel, { metadata }: KubernetesObject, name: string, namespace?: string) {
  const resource = cluster.resourceOfKind(API_VERSION, "HelmRelease");
  return resource && cluster.tableOf(resource).find(namespace ?? metadata.namespace, name);
}

function dependenciesUp(cluster: ClusterModel, object: KubernetesObject): boolean {
  return specOf(object).dependsOn.every(({ name, namespace }) => {
    const found = findRelease(cluster, object, name, namespace);
    return found !== undefined && isReady(found);
  });
}

function release(ports: FluxPorts, cluster: ClusterModel, resource: Resource, object: KubernetesObject): Outcome {
  const spec = specOf(object);
  const { namespace = "" } = object.metadata;
  for (const { name, namespace: place = namespace } of spec.dependsOn) {
    const found = findRelease(cluster, object, name, place);
    if (found && isReady(found)) continue;
    const message = `dependency '${place}/${name}' ${found ? "is not ready" : `not found: helmreleases.${GROUP} "${name}" not found`}`;
    throw new FluxFailure("DependencyNotReady", message, DEPENDENCY_SECONDS);
  }
  const values = composeValues(cluster, namespace, spec);
  const chart = findChart(ports, cluster, object, spec, values);
  const { history } = helmReleaseStatusSchema.parse(statusOf(object));
  const before = history.find(({ status }) => status === "deployed");
  const configDigest = digestOf(values);
  const isSame = before?.chartVersion === chart.rendered.version && before.configDigest === configDigest;
  const action = before ? "upgrade" : "install";
  if (!isSame && hasGivenUp(object, spec, action)) return { retrySeconds: intervalOf(spec) };
  const version = (before?.version ?? 0) + (isSame ? 0 : 1);
  const entry = entryOf(cluster, object, spec, chart, { version, configDigest, action });
  try {
    const applied = applyRelease(cluster, object, spec, chart.rendered);
    const pending: ReleaseEntry = { ...entry, status: `pending-${action}` };
    const attempted = writeStatus(cluster, resource, object, [], {
      ...(isSame ? {} : { history: newestFirst(pending, history) }),
      inventory: { entries: applied },
      lastAttemptedRevision: chart.rendered.version,
      lastAttemptedReleaseAction: action,
      lastAttemptedGeneration: object.metadata.generation,
      lastAttemptedConfigDigest: configDigest,
    });
    return (attempted && checkRelease(cluster, resource, attempted, false)) ?? { waitSeconds: timeoutOf(spec) };
  } catch (error) {
    if (!(error instanceof FluxFailure)) throw error;
    return failRelease(cluster, resource, object, { ...entry, status: "failed" }, error.message);
  }
}

interface FoundChart {
  readonly name: string;
  readonly rendered: RenderedChart;
}

function findChart(
  ports: FluxPorts,
  cluster: ClusterModel,
  object: KubernetesObject,
  spec: HelmReleaseSpec,
  values: Readonly<Record<string, unknown>>,
): FoundChart {
  const { name, namespace = "" } = object.metadata;
  const wanted = spec.chart?.spec;
  const reference = wanted?.sourceRef ?? spec.chartRef;
  if (!reference) throw new FluxFailure("SpecValidationError", "one of spec.chart or spec.chartRef is required");
  const place = reference.namespace ?? namespace;
  const source = findSource(cluster, reference.kind, place, reference.name);
  const chartName = `${place}/${namespace}-${name}`;
  const notReady = (cause: string) =>
    new FluxFailure("SourceNotReady", `HelmChart '${chartName}' is not ready: ${cause}`, DEPENDENCY_SECONDS);
  const problem = sourceProblem(source, reference);
  if (!source || problem !== undefined) throw notReady(problem ?? "no source");
  const { url } = requestOf(source);
  const chart = wanted?.chart ?? url.slice(url.lastIndexOf("/") + 1);
  const version = wanted?.version ?? "*";
  const release = { releaseName: releaseNameOf(object, spec), namespace: spec.targetNamespace ?? namespace };
  const rendered = ports.charts.find({ repository: url, chart, version, ...release, values });
  if (rendered) return { name: chart, rendered };
  const range = version === "*" ? "" : ` with version matching '${version}'`;
  throw notReady(
    `chart pull error: failed to get chart version for remote reference: no '${chart}' chart${range} found`,
  );
}

function sourceProblem(
  source: KubernetesObject | undefined,
  { kind, name }: { readonly kind: string; readonly name: string },
): string | undefined {
  if (!source) {
    const plural = `${kind.toLowerCase().replace(/y$/, "ie")}s.source.toolkit.fluxcd.io`;
    return `failed to get source: ${plural} "${name}" not found`;
  }
  return conditionsOf(source).find(({ type, status }) => type === "Ready" && status === "False")?.message;
}

function releaseNameOf({ metadata }: KubernetesObject, { releaseName, targetNamespace }: HelmReleaseSpec): string {
  return releaseName ?? (targetNamespace === undefined ? metadata.name : `${targetNamespace}-${metadata.name}`);
}

function digestOf(values: unknown): string {
  return `sha256:${hashText(JSON.stringify(values)).toString(16).padStart(64, "0")}`;
}

/** A history with one entry put in; another of its version gives way. */
function newestFirst(entry: ReleaseEntry, history: readonly ReleaseEntry[]): ReleaseEntry[] {
  return [entry, ...history.filter(({ version }) => version !== entry.version)].slice(0, 5);
}

function entryOf(
  cluster: ClusterModel,
  object: KubernetesObject,
  spec: HelmReleaseSpec,
  { name, rendered }: FoundChart,
  attempt: Pick<ReleaseEntry, "version" | "configDigest" | "action">,
): ReleaseEntry {
  return {
    name: releaseNameOf(object, spec),
    namespace: spec.targetNamespace ?? object.metadata.namespace ?? "",
    ...attempt,
    status: "deployed",
    chartName: name,
    chartVersion: rendered.version,
    appVersion: rendered.appVersion,
    digest: digestOf(rendered.objects),
    firstDeployed: cluster.nowText(),
    lastDeployed: cluster.nowText(),
  };
}

/** Applies what the chart makes, in its namespace, and takes away what its last release made and this one does not. */
function applyRelease(cluster: ClusterModel, object: KubernetesObject, spec: HelmReleaseSpec, chart: RenderedChart) {
  const namespace = spec.targetNamespace ?? object.metadata.namespace ?? "";
  if (spec.install?.createNamespace === true && !cluster.table("namespaces").find(undefined, namespace)) {
    const draft = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    applyObject(cluster, resourceNamed("namespaces"), draft, { manager: COMPONENT, force: true });
  }
  if (!cluster.table("namespaces").find(undefined, namespace)) {
    throw new FluxFailure("InstallFailed", `create: failed to create: namespaces "${namespace}" not found`);
  }
  const { name, namespace: own = "" } = object.metadata;
  const owner: Owner = { group: GROUP, manager: COMPONENT, name, namespace: own };
  requireKinds(cluster, chart.objects);
  const placed = chart.objects.map((resource) => inNamespace(cluster, resource, namespace));
  const { inventory } = applyInStages(cluster, placed, owner);
  const kept = new Set(inventory.map(({ id }) => id));
  const old = helmReleaseStatusSchema.parse(statusOf(object)).inventory?.entries ?? [];
  prune(
    cluster,
    old.filter(({ id }) => !kept.has(id)),
    owner,
  );
  return inventory;
}

function inNamespace(cluster: ClusterModel, resource: KubernetesResource, namespace: string): KubernetesResource {
  if (cluster.resourceOfKind(resource.apiVersion, resource.kind)?.namespaced === false) return resource;
  return { ...resource, metadata: { namespace, ...resource.metadata } };
}

/** Helm looks all kinds up before it installs; those of the chart's own definitions come with it. */
function requireKinds(cluster: ClusterModel, objects: readonly KubernetesResource[]): void {
  const brings = objects.some(({ kind }) => kind === "CustomResourceDefinition");
  const unknown = objects.find(({ apiVersion, kind }) => !brings && !cluster.resourceOfKind(apiVersion, kind));
  if (!unknown) return;
  const { apiVersion, kind, metadata } = unknown;
  const cause = `resource mapping not found for name: "${metadata.name}" namespace: "${metadata.namespace ?? ""}" from "": no matches for kind "${kind}" in version "${apiVersion}"`;
  throw new FluxFailure(
    "InstallFailed",
    `unable to build kubernetes objects from release manifest: ${cause}\nensure CRDs are installed first`,
  );
}

/** Ends an attempt when all its objects are up, or when its time is over. */
function checkRelease(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  isLate: boolean,
): Outcome | undefined {
  const spec = specOf(object);
  const status = helmReleaseStatusSchema.parse(statusOf(object));
  const [latest, ...older] = status.history;
  if (!latest) return { retrySeconds: intervalOf(spec) };
  const waits = spec[latest.action]?.disableWait !== true;
  const references = (status.inventory?.entries ?? []).map(referenceOfEntry);
  const isUp = !waits || references.every((reference) => healthOfReference(cluster, reference) === "Current");
  if (!isUp && !isLate) return undefined;
  if (!isUp)
    return failRelease(cluster, resource, object, { ...latest, status: "failed" }, "context deadline exceeded");
  const verb = latest.action;
  const message = `Helm ${verb} succeeded for release ${titleOf(latest)}`;
  const reason = verb === "install" ? "InstallSucceeded" : "UpgradeSucceeded";
  writeStatus(
    cluster,
    resource,
    object,
    [...succeeded(reason, message), { type: "Released", status: "True", reason, message }],
    {
      ...observed(object),
      history: [{ ...latest, status: "deployed" }, ...older.map(superseded)],
      failures: undefined,
      installFailures: undefined,
      upgradeFailures: undefined,
    },
  );
  if (latest.status !== "deployed") tell(cluster, object, COMPONENT, { type: "Normal", reason, message });
  return { retrySeconds: intervalOf(spec) };
}

function superseded(entry: ReleaseEntry): ReleaseEntry {
  return entry.status === "deployed" ? { ...entry, status: "superseded" } : entry;
}

function titleOf({ namespace, name, version, chartName, chartVersion }: ReleaseEntry): string {
  return `${namespace}/${name}.v${version} with chart ${chartName}@${chartVersion}`;
}

function retriesOf(spec: HelmReleaseSpec, action: "install" | "upgrade"): number {
  return spec[action]?.remediation?.retries ?? 0;
}

/** A release that has used its retries waits for a change of its spec. */
function hasGivenUp(object: KubernetesObject, spec: HelmReleaseSpec, action: "install" | "upgrade"): boolean {
  const status = helmReleaseStatusSchema.parse(statusOf(object));
  if (status.lastAttemptedGeneration !== object.metadata.generation) return false;
  const retries = retriesOf(spec, action);
  const failures = action === "install" ? status.installFailures : status.upgradeFailures;
  return retries >= 0 && failures > retries;
}

function failRelease(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  entry: ReleaseEntry,
  cause: string,
): Outcome {
  const spec = specOf(object);
  const { action } = entry;
  const reason = action === "install" ? "InstallFailed" : "UpgradeFailed";
  const title = `${entry.namespace}/${entry.name} with chart ${entry.chartName}@${entry.chartVersion}`;
  const message = `Helm ${action} failed for release ${title}: ${cause}`;
  const status = helmReleaseStatusSchema.parse(statusOf(object));
  const fresh = status.lastAttemptedGeneration !== object.metadata.generation;
  const counter = action === "install" ? "installFailures" : "upgradeFailures";
  const failures = (fresh ? 0 : status[counter]) + 1;
  const retries = retriesOf(spec, action);
  const isOver = retries >= 0 && failures > retries;
  const released = { type: "Released", status: "False", reason, message } as const;
  const conditions = isOver
    ? [...stalled("RetriesExceeded", `Failed to ${action} after ${failures} attempt(s)`), { ...released }]
    : [...failed(reason, message), released];
  const shown = isOver
    ? conditions.map((change) => (change.type === "Ready" ? { ...released, type: "Ready" } : change))
    : conditions;
  writeStatus(cluster, resource, object, shown, {
    ...observed(object),
    history: newestFirst(entry, status.history),
    failures: (fresh ? 0 : status.failures) + 1,
    [counter]: failures,
    lastAttemptedGeneration: object.metadata.generation,
    lastAttemptedReleaseAction: action,
  });
  tell(cluster, object, COMPONENT, { type: "Warning", reason, message });
  return { retrySeconds: isOver ? intervalOf(spec) : DEPENDENCY_SECONDS };
}
