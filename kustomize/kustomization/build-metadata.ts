import { joinPath } from "../path.ts";
import type { Resource } from "../resource/resource.ts";

const ORIGIN = "config.kubernetes.io/origin";
const TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations";

/** What kubectl puts into the label `app.kubernetes.io/managed-by`: the kustomize inside has no version of its own. */
export const MANAGED_BY = "kustomize-(devel)";

/** Where something came from, for `buildMetadata`; undefined when it is not asked for. */
export type Origin = string | undefined;

/** The origin one step further. */
export function originBelow(origin: Origin, path: string): Origin {
  return origin === undefined ? undefined : joinPath(origin, path);
}

/** Notes the file that an object came from. */
export function noteFileOrigin(resource: Resource, origin: Origin): void {
  if (origin === undefined) return;
  resource.setAnnotations(new Map(resource.annotations()).set(ORIGIN, `path: ${origin}\n`));
}

/** What made or changed an object: a built-in of the kustomization at a place. */
export interface Step {
  readonly configuredIn: string;
  readonly kind: string;
}

/** Notes the generator that made an object. */
export function noteGenerator(resource: Resource, step: Step | undefined): void {
  if (step && !resource.annotations().has(ORIGIN)) {
    resource.setAnnotations(new Map(resource.annotations()).set(ORIGIN, stepText(step, "")));
  }
}

/** Notes a transformer on all objects, as kustomize does, whether it changed them or not. */
export function noteTransformer(resources: readonly Resource[], step: Step | undefined): void {
  if (!step) return;
  for (const resource of resources) {
    const annotations = new Map(resource.annotations());
    if (annotations.has(ORIGIN)) {
      annotations.set(TRANSFORMATIONS, `${annotations.get(TRANSFORMATIONS) ?? ""}${stepText(step, "- ")}`);
    } else annotations.set(ORIGIN, stepText(step, ""));
    resource.setAnnotations(annotations);
  }
}

function stepText({ configuredIn, kind }: Step, bullet: string): string {
  const indent = " ".repeat(bullet.length);
  return [
    `${bullet}configuredIn: ${configuredIn}`,
    `${indent}configuredBy:`,
    `${indent}  apiVersion: builtin`,
    `${indent}  kind: ${kind}`,
    "",
  ].join("\n");
}

/** Takes away the notes that the kustomization at the top did not ask for. */
export function dropMetadata(resource: Resource, asked: readonly string[]): void {
  const annotations = new Map(resource.annotations());
  if (!asked.includes("originAnnotations")) annotations.delete(ORIGIN);
  if (!asked.includes("transformerAnnotations")) annotations.delete(TRANSFORMATIONS);
  if (asked.includes("originAnnotations") && asked.includes("transformerAnnotations")) return;
  resource.setAnnotations(annotations);
}
