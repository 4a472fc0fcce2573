import type { ResourceRecord } from "../azure/records.ts";
import { resourceOfKind } from "../kubernetes/model/resources.ts";
import { guidOf } from "../resource-manager/guid.ts";
import { policySchema, retentionOf } from "./backup-policy.ts";
import type { BackupJob, RecoveryPoint } from "./backup-records.ts";
import { type Backups, lastSegment, propertiesOf } from "./backups.ts";
import { type Contents, contentsOfManifests, takeContents } from "./cluster-contents.ts";
import { clusterAt } from "./cluster-readiness.ts";
import { backupParametersSchema, selectionOf } from "./kubernetes-request.ts";
import { nameOf } from "./restore-plan.ts";

/** The contents of so many points are kept on their own; an older point shares those of the next newer one. */
const KEPT_CONTENTS = 3;

/** The policy of an instance; undefined when it is gone. */
export function policyOf({ azure }: Backups, instance: ResourceRecord) {
  const found = azure.findResource(propertiesOf(instance).policyInfo.policyId);
  return found && policySchema.safeParse(found.properties).data;
}

/** An id for the point of an instance at an instant. */
export function pointId(instanceId: string, atMs: number): string {
  return guidOf(`point ${instanceId.toLowerCase()} ${atMs}`).replaceAll("-", "");
}

/** Keeps a point that a backup made. Only inside a change. */
export function keepPoint(
  backups: Backups,
  instance: ResourceRecord,
  made: Pick<RecoveryPoint, "id" | "atMs" | "startMs" | "contents"> & { readonly tag?: string | undefined },
): void {
  const policy = policyOf(backups, instance);
  const { tag, stores } = policy ? retentionOf(policy, made.tag) : { tag: made.tag ?? "Default", stores: [] };
  backups.points.put(`${instance.id.toLowerCase()}/${made.id}`, {
    ...made,
    instanceId: instance.id.toLowerCase(),
    tag,
    policyName: lastSegment(propertiesOf(instance).policyInfo.policyId),
    stores: stores.map(({ type, keepMs }) => ({ type, expiresMs: made.atMs + keepMs })),
  });
}

/** The key of the contents that a cluster had before anybody looked into it. */
export function baselineKey(instanceId: string): string {
  return `baseline ${instanceId.toLowerCase()}`;
}

/** Takes down a cluster as it is now; answers the key. A cluster that nobody has looked into is as it was in the beginning. */
export function keepContents(backups: Backups, instance: ResourceRecord, id: string): string {
  const { azure } = backups;
  const cluster = clusterAt(azure, propertiesOf(instance).dataSourceInfo.resourceID);
  if (!cluster?.materialised) return baselineKey(instance.id);
  const key = `${instance.id.toLowerCase()}/${id}`;
  backups.contents.put(key, take(backups, instance, cluster.name));
  return key;
}

/** Takes down a cluster as it stood when it was first looked into, for the points that are older. Only inside a change. */
export function keepBaseline(backups: Backups, instance: ResourceRecord, clusterName: string): void {
  const key = baselineKey(instance.id);
  if (backups.contents.get(key) || backups.keptPointsOf(instance.id).length === 0) return;
  backups.contents.put(key, take(backups, instance, clusterName));
}

/** What is in a point. */
export function contentsOf(backups: Backups, instance: ResourceRecord, point: RecoveryPoint): Contents {
  const contents = sharedContentsOf(backups, instance, point);
  // A point shares the contents of a later instant; its data is none the younger for it.
  const volumes = contents.volumes.map((volume) =>
    volume.writtenMs === undefined ? volume : { ...volume, writtenMs: Math.min(volume.writtenMs, point.atMs) },
  );
  const items = contents.items.filter(
    ({ object }) => !backups.faults.lacks({ cluster: contents.cluster }, nameOf({ object }), point.atMs),
  );
  return { ...contents, items, volumes };
}

function sharedContentsOf(backups: Backups, instance: ResourceRecord, point: RecoveryPoint): Contents {
  const own = backups.contents.get(point.contents);
  if (own) return own;
  const newer = backups
    .keptPointsOf(instance.id)
    .filter(({ atMs }) => atMs > point.atMs)
    .sort((left, right) => left.atMs - right.atMs)
    .flatMap(({ contents }) => backups.contents.get(contents) ?? []);
  return newer[0] ?? contentsOfNobody(backups, instance, point);
}

/** Nobody has looked into the cluster: it is made now, or, when it is gone, what its folder says is all there is. */
function contentsOfNobody(backups: Backups, instance: ResourceRecord, point: RecoveryPoint): Contents {
  const { azure } = backups;
  const id = propertiesOf(instance).dataSourceInfo.resourceID;
  const cluster = clusterAt(azure, id);
  if (cluster) {
    azure.kubernetes(cluster.name);
    return backups.contents.get(baselineKey(instance.id)) ?? take(backups, instance, cluster.name);
  }
  const name = lastSegment(id);
  const selection = selectionOf(propertiesOf(instance));
  return contentsOfManifests(name, azure.fleet.workloads(name), resourceOfKind, selection, point.atMs);
}

/** Drops what has expired, and the contents of all but the newest points. Only inside a change. */
export function prunePoints(backups: Backups, instanceId: string): void {
  const { nowMs } = backups.azure.world;
  const points = backups.keptPointsOf(instanceId).sort((left, right) => right.atMs - left.atMs);
  const baseline = baselineKey(instanceId);
  for (const [index, point] of points.entries()) {
    const isExpired = point.stores.every(({ expiresMs }) => expiresMs <= nowMs);
    if (isExpired) backups.points.delete(`${point.instanceId}/${point.id}`);
    if ((isExpired || index >= KEPT_CONTENTS) && point.contents !== baseline) backups.contents.delete(point.contents);
  }
}

/** Drops everything that was kept for an instance that is gone. Only inside a change. */
export function forgetInstance(backups: Backups, instanceId: string): void {
  for (const point of backups.keptPointsOf(instanceId)) {
    backups.points.delete(`${point.instanceId}/${point.id}`);
    backups.contents.delete(point.contents);
  }
  backups.contents.delete(baselineKey(instanceId));
  backups.due.delete(instanceId.toLowerCase());
}

/** The point that a job is about, as long as it is there. */
export function pointOf(backups: Backups, { instanceId, pointId: id }: Pick<BackupJob, "instanceId" | "pointId">) {
  return backups.points.get(`${instanceId.toLowerCase()}/${id}`);
}

function take({ azure }: Backups, instance: ResourceRecord, clusterName: string): Contents {
  const properties = propertiesOf(instance);
  const [parameters] = properties.policyInfo.policyParameters?.backupDatasourceParametersList ?? [];
  const contents = takeContents(azure.kubernetes(clusterName), selectionOf(properties), azure.world.nowMs);
  const withVolumes = backupParametersSchema.shape.snapshotVolumes.parse(parameters?.snapshotVolumes);
  return withVolumes ? contents : { ...contents, volumes: [] };
}
