import { createHash } from "node:crypto";
import type { KubernetesObject } from "./objects.ts";

const CHECKSUM = "simulator.drydock.dev/data-checksum";
const MANIFEST = "simulator.drydock.dev/data-manifest";
const WRITTEN = "simulator.drydock.dev/data-written";
/** On a claim: how many minutes apart its data is written. Instants are whole multiples of that since 1970. */
const WRITE_MINUTES = "simulator.drydock.dev/write-minutes";

/** What is on a volume: SHA-256 of its data, and of what its own manifest says that the data should be. Hexadecimal. */
export interface VolumeData {
  readonly checksum: string;
  readonly manifest: string;
  /** When the data was written last; that of a volume whose backup did not tell is not known. */
  readonly writtenMs?: number | undefined;
}

/**
 * What a volume holds. One that nobody restored holds data of its own, and a manifest that is right; it is written to every
 * minute, or as its claim says. A restored one is as it was.
 */
export function dataOf(volume: KubernetesObject, claim: KubernetesObject | undefined, nowMs: number): VolumeData {
  const { annotations = {}, name } = volume.metadata;
  const checksum = annotations[CHECKSUM] ?? digest(`volume ${name}`);
  const manifest = annotations[MANIFEST] ?? checksum;
  if (annotations[CHECKSUM] !== undefined) {
    const written = annotations[WRITTEN];
    return { checksum, manifest, ...(written === undefined ? {} : { writtenMs: Date.parse(written) }) };
  }
  const stepMs = Number(claim?.metadata.annotations?.[WRITE_MINUTES] ?? 1) * 60_000;
  return { checksum, manifest, writtenMs: stepMs > 0 ? Math.floor(nowMs / stepMs) * stepMs : nowMs };
}

/** The annotations of a volume that holds this. */
export function dataAnnotations({ checksum, manifest, writtenMs }: VolumeData): Record<string, string> {
  const written = writtenMs === undefined ? {} : { [WRITTEN]: new Date(writtenMs).toISOString() };
  return { [CHECKSUM]: checksum, [MANIFEST]: manifest, ...written };
}

/** Data that went bad on its way: its manifest still says what it should be. */
export function corrupted(data: VolumeData): VolumeData {
  return { ...data, checksum: digest(`corrupt ${data.checksum}`) };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
