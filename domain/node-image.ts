/** A node image version, taken apart: `AKSUbuntu-2204gen2containerd-202611.10.0`. */
export interface NodeImage {
  /** What runs: all but the release. */
  readonly family: string;
  /** Which release of it, as numbers to compare. */
  readonly release: readonly number[];
}

/**
 * Takes a node image version apart; null when it is written in a way that nobody can compare. The release is what stands
 * behind the last dash: year and month, day, and a number.
 */
export function parseNodeImage(version: string): NodeImage | null {
  const dash = version.lastIndexOf("-");
  const release = version.slice(dash + 1);
  if (dash <= 0 || !/^\d+(\.\d+)*$/.test(release)) return null;
  return { family: version.slice(0, dash), release: release.split(".").map(Number) };
}

/** Whether an image is of the same family as another and older; false for what cannot be compared. */
export function isOlderImage(version: string, other: string): boolean {
  const left = parseNodeImage(version);
  const right = parseNodeImage(other);
  if (!left || !right || left.family !== right.family) return false;
  return compareReleases(left.release, right.release) < 0;
}

/** The newest image of each family, by family. */
export function newestImages(versions: readonly string[]): Map<string, string> {
  const newest = new Map<string, string>();
  for (const version of versions) {
    const family = parseNodeImage(version)?.family;
    if (family === undefined) continue;
    const known = newest.get(family);
    if (known === undefined || isOlderImage(known, version)) newest.set(family, version);
  }
  return newest;
}

function compareReleases(left: readonly number[], right: readonly number[]): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
