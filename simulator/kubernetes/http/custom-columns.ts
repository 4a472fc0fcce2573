import { isObject } from "../model/list-keys.ts";

/**
 * What a printer column's JSON path finds, as one text: `.status.conditions[?(@.type=="Ready")].status`, `.spec.a[0]`,
 * `.metadata.annotations.a\.b`. Nothing found is the empty text.
 */
export function evaluateColumn(root: unknown, jsonPath: string): string {
  let values: unknown[] = [root];
  for (const step of stepsOf(jsonPath)) values = values.flatMap((value) => take(value, step));
  return values
    .filter((value) => value !== undefined && value !== null)
    .map(textOf)
    .join(",");
}

type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number | "*" }
  | { readonly kind: "filter"; readonly field: string; readonly value: string };

const STEP = /\.((?:\\.|[^.[\\])+)|\[(\d+|\*)\]|\[\?\(@\.([\w-]+)\s*==\s*["']([^"']*)["']\)\]/g;

function stepsOf(jsonPath: string): Step[] {
  return [...jsonPath.matchAll(STEP)].map(([, name, index, field, value]) => {
    if (name !== undefined) return { kind: "field", name: name.replaceAll("\\", "") };
    if (index !== undefined) return { kind: "index", index: index === "*" ? "*" : Number(index) };
    return { kind: "filter", field: field ?? "", value: value ?? "" };
  });
}

function take(value: unknown, step: Step): unknown[] {
  if (step.kind === "field") return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
  if (!Array.isArray(value)) return [];
  if (step.kind === "index") return step.index === "*" ? value : value.slice(step.index, step.index + 1);
  return value.filter((item) => isObject(item) && String(item[step.field]) === step.value);
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
