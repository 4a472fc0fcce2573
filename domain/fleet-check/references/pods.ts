import { type Fields, fieldsAt, isFields, listAt, textAt } from "../objects/fields.ts";
import type { FleetObject } from "../objects/fleet-object.ts";

const POD_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** The pod that a workload makes: its metadata and spec; null for what makes none. */
export function podOf({ kind, group, body }: FleetObject): { readonly labels: Fields; readonly spec: Fields } | null {
  const path = POD_PATHS[kind];
  if (!path || !["", "apps", "batch"].includes(group)) return null;
  const template = fieldsAt(body, ...path);
  return { labels: fieldsAt(template, "metadata", "labels"), spec: fieldsAt(template, "spec") };
}

/** All containers of a pod, those that run before it included. */
export function containersOf(spec: Fields): Fields[] {
  return [...listAt(spec, "initContainers"), ...listAt(spec, "containers")].filter(isFields);
}

/** The images of a workload. */
export function imagesOf(object: FleetObject): string[] {
  const pod = podOf(object);
  if (!pod) return [];
  return containersOf(pod.spec).flatMap((container) => textAt(container, "image") ?? []);
}
