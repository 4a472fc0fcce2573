import { type Fields, fieldsAt, textAt } from "../objects/fields.ts";
import type { FleetObject, RenderedObject } from "../objects/fleet-object.ts";
import type { KustomizationSpec } from "./flux-specs.ts";

/** The variables of a Kustomization, as far as Git knows them. */
export interface Variables {
  readonly known: ReadonlyMap<string, string>;
  /** Whether some come from a Secret or ConfigMap whose content is not in Git. */
  readonly isOpen: boolean;
}

/** Finds an object that `substituteFrom` names; undefined when it is not among what was read so far. */
export type FindVariables = (kind: string, namespace: string, name: string) => FleetObject | undefined;

/** Gathers the variables of a Kustomization in Flux's order; null when it has no `postBuild`. */
export function variablesOf(spec: KustomizationSpec, namespace: string, find: FindVariables): Variables | null {
  if (!spec.postBuild) return null;
  const known = new Map<string, string>();
  let isOpen = false;
  for (const { kind, name, optional } of spec.postBuild.substituteFrom) {
    const object = find(kind, namespace, name);
    if (!object) {
      isOpen ||= !optional;
      continue;
    }
    for (const [key, value] of dataOf(object.body, kind === "Secret")) known.set(key, value ?? `\${${key}}`);
  }
  for (const [key, value] of Object.entries(spec.postBuild.substitute)) known.set(key, value);
  return { known, isOpen };
}

/** The data of an object; undefined for a value that is encrypted. */
function dataOf(body: Fields, isSecret: boolean): Array<[string, string | undefined]> {
  const data = Object.entries(fieldsAt(body, "data")).map(([key, value]): [string, string | undefined] => [
    key,
    isSecret ? decoded(String(value)) : String(value),
  ]);
  const plain = Object.entries(isSecret ? fieldsAt(body, "stringData") : {}).map(
    ([key, value]): [string, string | undefined] => [key, isEncryptedText(value) ? undefined : String(value)],
  );
  return [...data, ...plain];
}

function isEncryptedText(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("ENC[");
}

function decoded(text: string): string | undefined {
  try {
    return isEncryptedText(text) ? undefined : atob(text);
  } catch {
    return undefined;
  }
}

const PLACEHOLDER = /(?<!\$)\$\{([A-Za-z_]\w*)([^}]*)\}/g;

/** The placeholders of an object: each name, and whether all that name it give a default. Shared objects are looked at once. */
export function placeholdersOf(object: RenderedObject): ReadonlyMap<string, boolean> {
  let found = placeholders.get(object.body);
  if (!found) {
    found = isSwitchedOff(object.body) ? new Map() : placeholdersIn(JSON.stringify(object.body));
    placeholders.set(object.body, found);
  }
  return found;
}

const placeholders = new WeakMap<Fields, ReadonlyMap<string, boolean>>();

function placeholdersIn(text: string): Map<string, boolean> {
  const found = new Map<string, boolean>();
  if (!text.includes("${")) return found;
  for (const [, name = "", rest = ""] of text.matchAll(PLACEHOLDER)) {
    const hasDefault = /^:?[-=+?]/.test(rest);
    found.set(name, hasDefault && found.get(name) !== false);
  }
  return found;
}

function isSwitchedOff(body: Fields): boolean {
  const name = "kustomize.toolkit.fluxcd.io/substitute";
  return ["labels", "annotations"].some((holder) => textAt(body, "metadata", holder, name) === "disabled");
}
