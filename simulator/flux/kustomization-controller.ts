import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import { keyOf, type ObjectChange } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import { type Artifacts, findSource, requestOf, revisionOf } from "./artifacts.ts";
import { durationText } from "./duration.ts";
import { FluxFailure } from "./flux-failure.ts";
import { failed, isReady, observed, progressing, statusOf, succeeded, tell, writeStatus } from "./flux-status.ts";
import { type Health, healthOfReference, type ObjectReference } from "./health.ts";
import { applyInStages, type InventoryEntry, type Owner, prune, referenceOfEntry } from "./kustomization-apply.ts";
import { buildKustomization } from "./kustomization-build.ts";
import {
  intervalSeconds,
  type KustomizationSpec,
  kustomizationSpecSchema,
  retrySeconds,
  timeoutSeconds,
} from "./kustomization-spec.ts";
import type { FluxKind, Outcome } from "./reconcile-loop.ts";

const API_VERSION = "kustomize.toolkit.fluxcd.io/v1";
const GROUP = "kustomize.toolkit.fluxcd.io";
const COMPONENT = "kustomize-controller";
const FINALIZER = "finalizers.fluxcd.io";
/** How soon a dependency is looked at again (`--requeue-dependency`). */
const DEPENDENCY_SECONDS = 30;

/** Kustomization: builds a path of a source, applies it, prunes what went, and waits for its health. */
export function kustomizationKind(artifacts: Artifacts, strict: boolean): FluxKind {
  return {
    name: "kustomization",
    apiVersion: API_VERSION,
    kind: "Kustomization",
    workSeconds: 3,
    concerns: concernedKustomizations,
    inputs(cluster, object) {
      const spec = specOf(object);
      const revision = revisionOf(sourceOf(cluster, object, spec)) ?? "";
      // Dependencies are asked again after a while; only a world in the making settles all at once.
      const dependencies = cluster.instant ? spec.dependsOn.map((entry) => String(isUp(cluster, object, entry))) : [];
      return [revision, ...dependencies].join(" ");
    },
    begin(cluster, resource, object) {
      const spec = specOf(object);
      const revision = revisionOf(sourceOf(cluster, object, spec));
      const timeout = durationText(timeoutSeconds(spec));
      const message = `Fetching manifests for revision ${revision ?? "unknown"} with a timeout of ${timeout}`;
      const held = withFinalizer(cluster, resource, object);
      if (revision !== undefined) writeStatus(cluster, resource, held, progressing(message));
    },
    work(cluster, resource, object) {
      const held = withFinalizer(cluster, resource, object);
      return attempt(cluster, resource, held, () => reconcile(cluster, resource, held, artifacts, strict));
    },
    check: (cluster, resource, object, isLate) => checkHealth(cluster, resource, object, isLate),
    finalize: (cluster, resource, object) => finalize(cluster, resource, object),
  };
}

function specOf(object: KubernetesObject): KustomizationSpec {
  return kustomizationSpecSchema.parse(object.spec);
}

function ownerOf({ metadata }: KubernetesObject): Owner {
  return { group: GROUP, manager: COMPONENT, name: metadata.name, namespace: metadata.namespace ?? "" };
}

function sourceOf(cluster: ClusterModel, { metadata }: KubernetesObject, { sourceRef }: KustomizationSpec) {
  return findSource(cluster, sourceRef.kind, sourceRef.namespace ?? metadata.namespace ?? "", sourceRef.name);
}

type Dependency = KustomizationSpec["dependsOn"][number];

function findDependency(cluster: ClusterModel, { metadata }: KubernetesObject, { name, namespace }: Dependency) {
  const resource = cluster.resourceOfKind(API_VERSION, "Kustomization");
  return resource && cluster.tableOf(resource).find(namespace ?? metadata.namespace, name);
}

function isUp(cluster: ClusterModel, object: KubernetesObject, dependency: Dependency): boolean {
  const found = findDependency(cluster, object, dependency);
  return found !== undefined && isReady(found);
}

/** Kustomizations of a source or dependency that changed, and those that wait for an object they applied. */
function concernedKustomizations({ resource, object }: ObjectChange, cluster: ClusterModel): string[] {
  const { labels, name, namespace } = object.metadata;
  const owner = labels?.[`${GROUP}/name`];
  const applied = owner === undefined ? [] : [keyOf(labels?.[`${GROUP}/namespace`] ?? "", owner)];
  const own = [...applied, ...waitingFor(cluster, resource, object)];
  if (!resource.isCustom) return own;
  const isSource = resource.group === "source.toolkit.fluxcd.io";
  const isDependency = cluster.instant && resource.group === GROUP;
  const kustomizations = cluster.resourceOfKind(API_VERSION, "Kustomization");
  if (!kustomizations || !(isSource || isDependency)) return own;
  const others = cluster
    .tableOf(kustomizations)
    .list()
    .filter((other) => {
      const spec = specOf(other);
      if (isDependency) return spec.dependsOn.some((entry) => findDependency(cluster, other, entry) === object);
      const place = spec.sourceRef.namespace ?? other.metadata.namespace;
      return spec.sourceRef.kind === resource.kind && spec.sourceRef.name === name && place === namespace;
    });
  return [...own, ...others.map(({ metadata }) => keyOf(metadata.namespace, metadata.name))];
}

/** Kinds that change all the time and that nobody lists as a health check. */
const NEVER_LISTED: ReadonlySet<string> = new Set(["pods", "replicasets", "endpointslices", "leases"]);

/** Kustomizations that list an object among their health checks, whoever applied it. */
function waitingFor(cluster: ClusterModel, resource: Resource, { kind, metadata }: KubernetesObject): string[] {
  if (!resource.isCustom && NEVER_LISTED.has(resource.plural)) return [];
  const kustomizations = cluster.resourceOfKind(API_VERSION, "Kustomization");
  if (!kustomizations) return [];
  const isMeant = (check: unknown) =>
    isObject(check) && check.kind === kind && check.name === metadata.name && check.namespace === metadata.namespace;
  return cluster
    .tableOf(kustomizations)
    .list()
    .filter(({ spec }) => isObject(spec) && Array.isArray(spec.healthChecks) && spec.healthChecks.some(isMeant))
    .map((other) => keyOf(other.metadata.namespace, other.metadata.name));
}

function withFinalizer(cluster: ClusterModel, resource: Resource, object: KubernetesObject): KubernetesObject {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(FINALIZER)) return object;
  const metadata = { ...object.metadata, finalizers: [...finalizers, FINALIZER] };
  return cluster.tableOf(resource).update({ ...object, metadata });
}

/** Runs an attempt, and turns its failure into the conditions, the event and the retry that Flux has for it. */
function attempt(cluster: ClusterModel, resource: Resource, object: KubernetesObject, run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FluxFailure)) throw error;
    return fail(cluster, resource, object, error);
  }
}

function fail(cluster: ClusterModel, resource: Resource, object: KubernetesObject, failure: FluxFailure): Outcome {
  const { reason, message } = failure;
  writeStatus(cluster, resource, object, failed(reason, message), observed(object));
  const type = reason === "DependencyNotReady" ? "Normal" : "Warning";
  tell(cluster, object, COMPONENT, { type, reason, message });
  return { retrySeconds: failure.retrySeconds ?? retrySeconds(specOf(object)) };
}

function reconcile(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  artifacts: Artifacts,
  strict: boolean,
): Outcome {
  const spec = specOf(object);
  const { revision, tree } = artifactFor(cluster, object, spec, artifacts);
  const attempted = writeStatus(cluster, resource, object, [], { lastAttemptedRevision: revision }) ?? object;
  const resources = buildKustomization(cluster, object.metadata.namespace ?? "", spec, tree, strict);
  const owner = ownerOf(object);
  const { inventory, changed } = applyInStages(cluster, resources, owner);
  const kept = new Set(inventory.map(({ id }) => id));
  const stale = inventoryOf(attempted).filter(({ id }) => !kept.has(id));
  if (spec.prune) prune(cluster, stale, owner);
  const applied = writeStatus(cluster, resource, attempted, [], { inventory: { entries: inventory } }) ?? attempted;
  if (changed > 0 || stale.length > 0) {
    const message = `server-side apply completed: ${changed} changed, ${spec.prune ? stale.length : 0} pruned`;
    tell(cluster, object, COMPONENT, { type: "Normal", reason: "Progressing", message });
  }
  const timeout = timeoutSeconds(spec);
  if (checkedBy(spec, inventory).length > 0) {
    const message = `Running health checks for revision ${revision} with a timeout of ${durationText(timeout)}`;
    writeStatus(cluster, resource, applied, [
      { type: "Reconciling", status: "True", reason: "Progressing", message },
      { type: "Healthy", status: "Unknown", reason: "Progressing", message },
    ]);
  }
  return checkHealth(cluster, resource, applied, false) ?? { waitSeconds: timeout };
}

/** What a Kustomization is to apply now. Throws a FluxFailure while it cannot be had, or its dependencies are not up. */
function artifactFor(cluster: ClusterModel, object: KubernetesObject, spec: KustomizationSpec, artifacts: Artifacts) {
  const source = sourceOf(cluster, object, spec);
  if (!source) {
    const { kind, name } = spec.sourceRef;
    throw new FluxFailure("ArtifactFailed", `${kind}.source.toolkit.fluxcd.io "${name}" not found`);
  }
  const missing = (what: string) =>
    new FluxFailure("ArtifactFailed", `${what}, retrying in ${durationText(DEPENDENCY_SECONDS)}`, DEPENDENCY_SECONDS);
  const revision = revisionOf(source);
  if (revision === undefined) throw missing("Source artifact not found");
  checkDependencies(cluster, object, spec, revision);
  const tree = artifacts.treeOf(requestOf(source), revision);
  if (!tree) throw missing("Source is not ready, artifact not found");
  return { revision, tree };
}

/** Dependencies must exist, be Ready, and have applied the same revision when they come from the same source. */
function checkDependencies(
  cluster: ClusterModel,
  object: KubernetesObject,
  spec: KustomizationSpec,
  revision: string,
): void {
  const notReady = (message: string) => new FluxFailure("DependencyNotReady", message, DEPENDENCY_SECONDS);
  for (const dependency of spec.dependsOn) {
    const name = `${dependency.namespace ?? object.metadata.namespace}/${dependency.name}`;
    const found = findDependency(cluster, object, dependency);
    if (!found) {
      const missing = `kustomizations.${GROUP} "${dependency.name}" not found`;
      throw notReady(`dependency '${name}' not found: ${missing}`);
    }
    if (!isReady(found)) throw notReady(`dependency '${name}' is not ready`);
    const sameSource = sourceOf(cluster, found, specOf(found)) === sourceOf(cluster, object, spec);
    if (sameSource && statusOf(found).lastAppliedRevision !== revision) {
      throw notReady(`dependency '${name}' revision is not up to date`);
    }
  }
}

function inventoryOf(object: KubernetesObject): InventoryEntry[] {
  const { inventory } = statusOf(object) as { inventory?: { entries?: InventoryEntry[] } };
  return inventory?.entries ?? [];
}

/** What the health of a Kustomization is made of: all that it applied, or what it lists. */
function checkedBy(spec: KustomizationSpec, inventory: readonly InventoryEntry[]): ObjectReference[] {
  if (spec.wait) return inventory.map(referenceOfEntry);
  return spec.healthChecks.map(({ apiVersion, kind, name, namespace }) => ({ apiVersion, kind, name, namespace }));
}

/** Ends the attempt when all is healthy, something has failed for good, or the time is over. */
function checkHealth(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  isLate: boolean,
): Outcome | undefined {
  const spec = specOf(object);
  const checked = checkedBy(spec, inventoryOf(object)).map((reference) => ({
    reference,
    health: healthOfReference(cluster, reference),
  }));
  const unhealthy = checked.filter(({ health }) => health !== "Current");
  if (unhealthy.length === 0) return succeed(cluster, resource, object, spec, checked.length > 0);
  const broken = unhealthy.filter(({ health }) => health === "Failed");
  if (broken.length === 0 && !isLate) return undefined;
  const took = durationText(timeoutSeconds(spec));
  const message =
    broken.length > 0
      ? `health check failed: failed early due to stalled resources: [${broken.map(describeHealth).join(", ")}]`
      : `health check failed after ${took}: timeout waiting for: [${unhealthy.map(describeHealth).join(", ")}]`;
  writeStatus(cluster, resource, object, [{ type: "Healthy", status: "False", reason: "HealthCheckFailed", message }]);
  return fail(cluster, resource, object, new FluxFailure("HealthCheckFailed", message));
}

function describeHealth({
  reference,
  health,
}: {
  readonly reference: ObjectReference;
  readonly health: Health;
}): string {
  const { kind, namespace, name } = reference;
  const subject = [kind, namespace, name].filter((part) => part !== undefined).join("/");
  return `${subject} status: '${health}'`;
}

function succeed(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  spec: KustomizationSpec,
  wasChecked: boolean,
): Outcome {
  const revision = String(statusOf(object).lastAttemptedRevision);
  const message = `Applied revision: ${revision}`;
  const isNew = statusOf(object).lastAppliedRevision !== revision;
  const healthy = { type: "Healthy", reason: "Succeeded", message: "Health check passed" } as const;
  writeStatus(
    cluster,
    resource,
    object,
    [
      ...succeeded("ReconciliationSucceeded", message),
      wasChecked ? { ...healthy, status: "True" } : { type: "Healthy", gone: true },
    ],
    { ...observed(object), lastAppliedRevision: revision },
  );
  if (isNew) tell(cluster, object, COMPONENT, { type: "Normal", reason: "ReconciliationSucceeded", message });
  return { retrySeconds: intervalSeconds(spec) };
}

/** Takes along what a deleted Kustomization applied, unless its policy leaves it. */
function finalize(cluster: ClusterModel, resource: Resource, object: KubernetesObject): void {
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(FINALIZER)) return;
  const spec = specOf(object);
  const deletes =
    spec.deletionPolicy === undefined || spec.deletionPolicy === "MirrorPrune"
      ? spec.prune
      : spec.deletionPolicy !== "Orphan";
  if (deletes) prune(cluster, inventoryOf(object), ownerOf(object));
  const left = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  cluster.tableOf(resource).update({ ...object, metadata: { ...object.metadata, finalizers: left } });
}
