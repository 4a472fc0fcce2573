/** A Kubernetes version as numbers; `patch` is null for a version that names its minor only, as AKS allows ("1.33"). */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number | null;
}

/** What the version skew policy forbids. Codes are API. */
export type SkewCode = "VersionUnknown" | "KubeletNewer" | "KubeletTooOld" | "MinorSkipped" | "Downgrade";

/** One breach of the version skew policy: which, of what, in one sentence. */
export interface SkewProblem {
  readonly code: SkewCode;
  /** The node, the pool or the control plane that it is about, as the question named it. */
  readonly subject: string;
  readonly message: string;
}

/** What `skewProblems` judges. Versions are written as Kubernetes or AKS write them: `1.33.5`, `v1.33.5`, `1.33`. */
export interface SkewQuestion {
  /** What the control plane runs now. */
  readonly controlPlane: string;
  /** What it is to run; null while it stays. */
  readonly target: string | null;
  /** Nodes, or pools, with what their kubelets run now or are to run. */
  readonly kubelets: ReadonlyArray<{ readonly subject: string; readonly version: string }>;
}

const PATTERN = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?$/;

/** How many minors a kubelet may be behind its control plane since 1.25 (kubernetes.io/releases/version-skew-policy). */
const KUBELET_MINORS_BEHIND = 3;
/** The same for kubelets before 1.25. */
const OLD_KUBELET_MINORS_BEHIND = 2;
const FIRST_KUBELET_OF_THREE = 25;

/** Reads a version; null for anything that is none. Build and pre-release parts are left out. */
export function parseVersion(text: string): KubernetesVersion | null {
  const [, major, minor, patch] = PATTERN.exec(text.trim()) ?? [];
  if (major === undefined || minor === undefined) return null;
  return { major: Number(major), minor: Number(minor), patch: patch === undefined ? null : Number(patch) };
}

/** The minor of a version, `1.33` for `v1.33.5`; null for what is no version. */
export function minorOf(text: string): string | null {
  const version = parseVersion(text);
  return version === null ? null : `${version.major}.${version.minor}`;
}

/** How many minors lie between two versions: 1 from 1.33.5 to 1.34.0, -1 back; null for what is no version. */
export function minorsBetween(from: string, to: string): number | null {
  const [first, second] = [parseVersion(from), parseVersion(to)];
  if (first === null || second === null || first.major !== second.major) return null;
  return second.minor - first.minor;
}

/** Whether `later` is a newer patch of the minor that `current` is of. */
export function isPatchOf(current: string, later: string): boolean {
  return minorsBetween(current, later) === 0 && compareVersions(current, later) < 0;
}

/** Orders versions, the older first; a minor alone counts as its first patch, and what is no version comes before all. */
export function compareVersions(left: string, right: string): number {
  const rank = (text: string) => {
    const version = parseVersion(text);
    return version === null ? -1 : version.major * 1e6 + version.minor * 1e3 + (version.patch ?? 0);
  };
  return rank(left) - rank(right);
}

/**
 * Names every breach of the version skew policy: a control plane goes one minor at a time and never back; a kubelet is never
 * newer than its control plane, and at most three minors older, judged by what the control plane is to run. A version that
 * cannot be read is a problem of its own: nothing may be concluded from it.
 */
export function skewProblems({ controlPlane, target, kubelets }: SkewQuestion): SkewProblem[] {
  if (parseVersion(controlPlane) === null) return [unknown("control plane", controlPlane)];
  if (target !== null && parseVersion(target) === null) return [unknown("target", target)];
  const problems = target === null ? [] : pathProblems(controlPlane, target);
  const future = target ?? controlPlane;
  return [...problems, ...kubelets.flatMap((kubelet) => kubeletProblems(future, kubelet))];
}

function pathProblems(controlPlane: string, target: string): SkewProblem[] {
  const steps = minorsBetween(controlPlane, target) ?? 0;
  const subject = "control plane";
  if (steps > 1) {
    const message = `from ${controlPlane} to ${target} are ${steps} minors; a control plane goes one at a time`;
    return [{ code: "MinorSkipped", subject, message }];
  }
  if (compareVersions(target, controlPlane) < 0) {
    return [{ code: "Downgrade", subject, message: `${target} is older than ${controlPlane}; there is no way back` }];
  }
  return [];
}

function kubeletProblems(
  future: string,
  { subject, version }: { readonly subject: string; readonly version: string },
): SkewProblem[] {
  const behind = minorsBetween(version, future);
  const parsed = parseVersion(version);
  if (behind === null || parsed === null) return [unknown(subject, version)];
  if (behind < 0) {
    const message = `kubelet ${version} would be newer than the control plane (${future})`;
    return [{ code: "KubeletNewer", subject, message }];
  }
  const allowed = parsed.minor < FIRST_KUBELET_OF_THREE ? OLD_KUBELET_MINORS_BEHIND : KUBELET_MINORS_BEHIND;
  if (behind <= allowed) return [];
  const message = `kubelet ${version} would be ${behind} minors behind the control plane (${future}); ${allowed} are allowed`;
  return [{ code: "KubeletTooOld", subject, message }];
}

function unknown(subject: string, version: string): SkewProblem {
  return { code: "VersionUnknown", subject, message: `"${version}" is no Kubernetes version` };
}
