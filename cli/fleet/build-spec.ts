import { z } from "zod";
import type { Fields } from "../../domain/fleet-check/objects/fields.ts";
import type { FluxBuild } from "../../kustomize/flux/flux-build.ts";

const text = z.string().optional().catch(undefined);
const selectorText = z.string().exactOptional();
const selector = z.object({
  group: selectorText,
  version: selectorText,
  kind: selectorText,
  name: selectorText,
  namespace: selectorText,
  labelSelector: selectorText,
  annotationSelector: selectorText,
});

/** What of a Kustomization's spec changes what is rendered. What makes no sense there is left to Flux to refuse. */
const buildSpecSchema = z.object({
  targetNamespace: text,
  namePrefix: text,
  nameSuffix: text,
  patches: z
    .array(z.object({ patch: z.string(), target: selector.exactOptional() }))
    .optional()
    .catch(undefined),
  images: z
    .array(z.object({ name: z.string(), newName: selectorText, newTag: selectorText, digest: selectorText }))
    .optional()
    .catch(undefined),
  components: z.array(z.string()).optional().catch(undefined),
  ignoreMissingComponents: z.boolean().optional().catch(undefined),
});

/** Takes from a spec what the renderer needs. */
export function buildSpecOf(spec: Fields): Omit<FluxBuild, "path" | "files" | "readFile"> {
  return buildSpecSchema.parse(spec);
}
