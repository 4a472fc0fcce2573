import { z } from "zod";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be a sha256 digest");

const descriptorSchema = z.looseObject({ mediaType: z.string(), digest, size: z.number().int().nonnegative() });

/** An image manifest or an index, as far as a registry looks into it. */
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).optional(),
  manifests: z.array(descriptorSchema).optional(),
  subject: descriptorSchema.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

export const MEDIA_TYPES = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayer: "application/vnd.oci.image.layer.v1.tar+gzip",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
} as const;

/** The media types under which a manifest may be pushed. */
export const MANIFEST_TYPES: readonly string[] = [
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerList,
];

/** Reads a manifest; a text says what is wrong with it. */
export function readManifest(content: Buffer, mediaType: string): Manifest | string {
  let value: unknown;
  try {
    value = JSON.parse(content.toString("utf8"));
  } catch {
    return "the manifest is not JSON";
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue?.path.map(String).join(".") || "manifest"}: ${issue?.message}`;
  }
  const said = parsed.data.mediaType;
  if (said !== undefined && said !== mediaType) return `mediaType is ${said}, but the Content-Type is ${mediaType}`;
  const isIndex = mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerList;
  if (isIndex && !parsed.data.manifests) return "manifests: is missing";
  if (!isIndex && !parsed.data.config) return "config: is missing";
  return parsed.data;
}
