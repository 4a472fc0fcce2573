import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseImage } from "./image-reference.ts";
import { MEDIA_TYPES } from "./manifest.ts";
import { digestOf, type Registry } from "./registry.ts";

const ARCHITECTURES = ["amd64", "arm64"];

/** Every image of a registry that a file of the fleet folder names, in order. */
export function imagesIn(directory: string, loginServer: string): string[] {
  const images = new Set<string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    for (const [, image = ""] of text.matchAll(/^[\s-]*image:\s*["']?([^\s"'#]+)/gm)) {
      if (parseImage(image).registry === loginServer) images.add(image);
    }
  }
  return [...images].sort();
}

/** Pushes an image for two architectures, as a build would: the same name makes the same bytes. Only inside a change. */
export function seedImage(registry: Registry, image: string): void {
  const { repository, reference } = parseImage(image);
  // A digest cannot be made to order: what the fleet pins must be pushed.
  if (reference.includes(":")) return;
  const manifests = ARCHITECTURES.map((architecture) => {
    const layer = gzipSync(Buffer.from(`${image} ${architecture}\n`));
    const config = json({
      architecture,
      os: "linux",
      config: { Labels: { "org.opencontainers.image.version": reference } },
      rootfs: { type: "layers", diff_ids: [digestOf(Buffer.from(`${image} ${architecture}\n`))] },
    });
    for (const blob of [layer, config]) registry.putBlob(repository, digestOf(blob), blob);
    const manifest = json({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: descriptor(MEDIA_TYPES.ociConfig, config),
      layers: [descriptor(MEDIA_TYPES.ociLayer, layer)],
    });
    registry.putManifest(repository, digestOf(manifest), MEDIA_TYPES.ociManifest, manifest);
    return { ...descriptor(MEDIA_TYPES.ociManifest, manifest), platform: { architecture, os: "linux" } };
  });
  const index = json({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests });
  registry.putManifest(repository, reference, MEDIA_TYPES.ociIndex, index);
}

function descriptor(mediaType: string, content: Buffer) {
  return { mediaType, digest: digestOf(content), size: content.length };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
