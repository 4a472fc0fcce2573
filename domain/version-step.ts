import { compare, parse, rcompare } from "semver";
import type { OfferedVersion } from "./cluster-facts.ts";

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
  const left = parse(from);
  const right = parse(to);
  if (!left || !right || compare(left, right) >= 0 || left.major !== right.major) return null;
  if (left.minor === right.minor) return "patch";
  return right.minor === left.minor + 1 ? "minor" : null;
}

/** `1.34` of `1.34.2`; the text itself when it is no version. */
export function minorOf(version: string): string {
  const parsed = parse(version);
  return parsed ? `${parsed.major}.${parsed.minor}` : version;
}

/** Whether a version is older than another; false for what cannot be read. */
export function isOlderVersion(version: string, other: string): boolean {
  const left = parse(version);
  const right = parse(other);
  return left !== null && right !== null && compare(left, right) < 0;
}

/** The newest version that a step of this kind can go to, of those that are offered; previews are never chosen. */
export function newestStep(from: string, offered: readonly OfferedVersion[], kind: StepKind): VersionStep | null {
  const fitting = offered.filter(({ version, isPreview }) => !isPreview && stepKind(from, version) === kind);
  const [to] = fitting.map(({ version }) => version).toSorted(rcompare);
  return to === undefined ? null : { kind, from, to };
}
