import { KustomizeError } from "./kustomize-error.ts";

/** An object as it stands in a file: what every one has, and whatever else. */
export interface KubernetesResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Checks that a document is a Kubernetes object with a name. Throws a KustomizeError that says what is missing. */
export function checkResource(file: string, document: unknown): KubernetesResource {
  if (!isRecord(document)) throw new KustomizeError(file, "holds a document that is not an object");
  const { apiVersion, kind, metadata } = document;
  if (typeof apiVersion !== "string") throw new KustomizeError(file, "holds an object without apiVersion");
  if (typeof kind !== "string") throw new KustomizeError(file, "holds an object without kind");
  if (!isRecord(metadata) || typeof metadata.name !== "string") {
    throw new KustomizeError(file, `holds a ${kind} without metadata.name`);
  }
  const { name, namespace } = metadata;
  if (namespace !== undefined && typeof namespace !== "string") {
    throw new KustomizeError(file, `${kind} ${name}: metadata.namespace must be a name`);
  }
  return { ...document, apiVersion, kind, metadata: { ...metadata, name, ...(namespace && { namespace }) } };
}

/** Whether a value is a mapping. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
