import { createHash } from "node:crypto";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";

const CHECKSUM = "simulator.drydock.dev/data-checksum";
const MANIFEST = "simulator.drydock.dev/data-manifest";

/** What is on a volume: SHA-256 of its data, and of what its own manifest says that the data should be. Hexadecimal. */
export interface VolumeData {
  readonly checksum: string;
  readonly manifest: string;
}

/** What a volume holds. One that nobody restored holds data of its own, and a manifest that is right. */
export function dataOf(volume: KubernetesObject): VolumeData {
  const { annotations = {}, name } = volume.metadata;
  const checksum = annotations[CHECKSUM] ?? digest(`volume ${name}`);
  return { checksum, manifest: annotations[MANIFEST] ?? checksum };
}

/** The annotations of a volume that holds this. */
export function dataAnnotations({ checksum, manifest }: VolumeData): Record<string, string> {
  return { [CHECKSUM]: checksum, [MANIFEST]: manifest };
}

/** Data that went bad on its way: its manifest still says what it should be. */
export function corrupted({ checksum, manifest }: VolumeData): VolumeData {
  return { checksum: digest(`corrupt ${checksum}`), manifest };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
