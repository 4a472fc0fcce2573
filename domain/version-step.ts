import type { OfferedVersion } from "./cluster-facts.ts";
import { compareVersions, isPatchOf, minorOf, minorsBetween, parseVersion } from "./version-skew.ts";

/** How far a Kubernetes upgrade goes: within a minor version, or to the next one. */
export type StepKind = "patch" | "minor";

/** One upgrade of Kubernetes. AKS and Kubernetes allow one minor version at a time. */
export interface VersionStep {
  readonly kind: StepKind;
  readonly from: string;
  readonly to: string;
}

/** What a step from one version to another is; null when it is none: downwards, further than one minor, or not readable. */
export function stepKind(from: string, to: string): StepKind | null {
  if (isPatchOf(from, to)) return "patch";
  return minorsBetween(from, to) === 1 ? "minor" : null;
}

/** Whether a version is older than another; false for what cannot be read. */
export function isOlderVersion(version: string, other: string): boolean {
  return parseVersion(version) !== null && parseVersion(other) !== null && compareVersions(version, other) < 0;
}

/** The minor that a version is of, to sort by; the text itself when it is no version. */
export function minorName(version: string): string {
  return minorOf(version) ?? version;
}

/** The newest version that a step of this kind can go to, of those that are offered; previews are never chosen. */
export function newestStep(from: string, offered: readonly OfferedVersion[], kind: StepKind): VersionStep | null {
  const fitting = offered.filter(({ version, isPreview }) => !isPreview && stepKind(from, version) === kind);
  const [to] = fitting.map(({ version }) => version).toSorted((left, right) => compareVersions(right, left));
  return to === undefined ? null : { kind, from, to };
}
