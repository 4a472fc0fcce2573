import type { Place } from "../repository.ts";
import type { Fields } from "./fields.ts";
import { placeInDocument, type SourceDocument, type SourceDocuments } from "./source-documents.ts";

/** An object as a renderer gives it: what would be applied, and where it was written, as far as that is known. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined for what lies in no namespace, and where none was said. */
  readonly namespace?: string | undefined;
  readonly body: Fields;
  readonly file: string;
}

/** An object of a cluster. */
export interface FleetObject {
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Null for what lies in no namespace, and where none was said. */
  readonly namespace: string | null;
  readonly body: Fields;
  readonly file: string;
  /** Null for what was generated. */
  readonly document: SourceDocument | null;
}

/** Finds where a rendered object was written. */
export function fleetObject(rendered: RenderedObject, documents: SourceDocuments): FleetObject {
  const { apiVersion, kind, name, namespace, body, file } = rendered;
  return {
    apiVersion,
    group: groupOf(apiVersion),
    kind,
    name,
    namespace: namespace ?? null,
    body,
    file,
    document: documents.find(file, kind, name),
  };
}

/** The group of an API version; the core group is the empty text. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** The line of an object that says something, below a field where one is named; the one of its kind when none does. */
export function placeOf({ document, file }: FleetObject, word?: string, below?: string): Place {
  return document ? placeInDocument(document, word, below) : { file, line: 1 };
}

/** An object as people name it: `Deployment shop/storefront`. */
export function objectText({ kind, namespace, name }: Pick<FleetObject, "kind" | "namespace" | "name">): string {
  return `${kind} ${keyText(namespace, name)}`;
}

/** `namespace/name`, or the name alone. */
export function keyText(namespace: string | null, name: string): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

/** What tells objects apart, whatever version they are asked in. */
export function identityOf({ group, kind, namespace, name }: FleetObject): string {
  return `${group}|${kind}|${namespace ?? ""}|${name}`;
}

/** Whether a text still holds a variable whose value is not known here. */
export function isUnknown(text: string): boolean {
  return text.includes("${");
}
