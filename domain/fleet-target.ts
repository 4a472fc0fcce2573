import { type Approval, imageApproval, versionApproval } from "./approval.ts";
import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import type { Finding } from "./finding.ts";
import { isOlderImage, newestImages, parseNodeImage } from "./node-image.ts";
import { notOutYet } from "./plan-findings.ts";
import type { PolicyWord, UpgradePolicy } from "./ring-policy.ts";
import type { UpgradeScope } from "./run-request.ts";
import { isOlderVersion, minorName, newestStep, type StepKind, stepKind, type VersionStep } from "./version-step.ts";

/** A cluster that a run is about, and what its ring allows. */
export interface ClusterTarget {
  readonly facts: ClusterFacts;
  readonly policy: UpgradePolicy;
  /** What people declined for the ring, and is not asked for again. */
  readonly declined?: ReadonlySet<string>;
}

/** What one run goes to, everywhere: an image for each family, and a version for each step. */
export interface FleetTarget {
  readonly scope: UpgradeScope;
  readonly images: ReadonlyMap<string, string>;
  /** Version to go to, by `patch 1.33` or `minor 1.33`: the kind of step and the minor version that it leaves. */
  readonly versions: ReadonlyMap<string, string>;
}

const KINDS: readonly StepKind[] = ["patch", "minor"];

/** Chooses for the whole run the newest image of each family and the newest version for each step that any cluster is offered. */
export function fleetTarget(targets: readonly ClusterTarget[], scope: UpgradeScope): FleetTarget {
  const images = newestImages(targets.flatMap(({ facts }) => facts.pools.map((pool) => pool.latestNodeImageVersion)));
  const versions = new Map<string, string>();
  for (const { facts } of targets) {
    for (const kind of KINDS) {
      const step = newestStep(facts.kubernetesVersion, facts.upgrades, kind);
      const key = `${kind} ${minorName(facts.kubernetesVersion)}`;
      const known = versions.get(key);
      if (step && (known === undefined || isOlderVersion(known, step.to))) versions.set(key, step.to);
    }
  }
  // A cluster that runs the newest patch already has nothing to be offered, and the others of its minor go there.
  for (const { facts } of targets) {
    const key = `patch ${minorName(facts.kubernetesVersion)}`;
    const known = versions.get(key);
    if (known !== undefined && isOlderVersion(known, facts.kubernetesVersion))
      versions.set(key, facts.kubernetesVersion);
  }
  return { scope, images, versions };
}

/** Something newer that fleet.yaml does not let a run do by itself. */
export interface Tell {
  readonly what: string;
  readonly from: string;
  readonly word: "notify" | "never" | "not asked for" | "declined";
}

/** What a run wants of a cluster. */
export interface Wanted {
  readonly controlPlane: VersionStep | null;
  readonly pool: (pool: PoolFacts) => { readonly image: string; readonly version: string };
  /** What a person has to approve first. */
  readonly approvals: readonly Approval[];
  /** What the cluster waits for. */
  readonly waits: readonly Finding[];
  readonly tells: readonly Tell[];
}

/** Decides what a run wants of a cluster: the run's choice, as far as the ring's policy and the region allow. */
export function wantedFor(cluster: ClusterTarget, target: FleetTarget): Wanted {
  const { facts, policy } = cluster;
  const said: Said = { waits: [], tells: [] };
  const approvals = new Map<string, Approval>();
  const controlPlane = wantedStep(cluster, target, said);
  const version = controlPlane?.to ?? facts.kubernetesVersion;
  const askFor = (from: string, to: string) => {
    const kind = stepKind(from, to) ?? "minor";
    const asked = versionApproval(from, to, kind);
    if (policy[kind] === "approve") approvals.set(asked.what, asked);
  };
  if (controlPlane) askFor(controlPlane.from, controlPlane.to);
  for (const candidate of facts.pools) {
    const { chosen, waitsFor } = poolImage(facts, candidate, target.images);
    const to = poolVersion(candidate, version, cluster, target.scope);
    const isStep = to !== candidate.kubernetesVersion;
    const word = imageWord(cluster, chosen);
    if (waitsFor !== null && (isStep || policy.nodeImage !== "notify")) said.waits.push(waitsFor);
    if (isStep && waitsFor === null && candidate.latestNodeImageVersion !== "") askFor(candidate.kubernetesVersion, to);
    if (chosen === candidate.nodeImageVersion) continue;
    const asked = imageApproval(chosen);
    if (word === "approve") approvals.set(asked.what, asked);
    if (word === "notify" || word === "declined") {
      said.tells.push({ what: asked.what, from: candidate.nodeImageVersion, word });
    }
  }
  const pool = (candidate: PoolFacts) => {
    const image = poolImage(facts, candidate, target.images);
    const own = { image: candidate.nodeImageVersion, version: candidate.kubernetesVersion };
    if (image.waitsFor !== null || candidate.latestNodeImageVersion === "") return own;
    const to = poolVersion(candidate, version, cluster, target.scope);
    const word = imageWord(cluster, image.chosen);
    // New nodes of another version get the newest image with it, whether it is wanted by itself or not.
    const isWanted = word === "auto" || word === "approve";
    return to !== own.version || isWanted ? { image: image.chosen, version: to } : own;
  };
  return { controlPlane, pool, approvals: [...approvals.values()], ...said };
}

/** What the policy says of a node image; what was declined once is only told. */
function imageWord({ policy, declined }: ClusterTarget, image: string): UpgradePolicy["nodeImage"] | "declined" {
  const isDeclined = policy.nodeImage === "approve" && declined?.has(imageApproval(image).what) === true;
  return isDeclined ? "declined" : policy.nodeImage;
}

/** Whether a step has to be approved, and was declined. */
function isDeclinedStep({ policy, declined }: ClusterTarget, from: string, to: string, kind: StepKind): boolean {
  return policy[kind] === "approve" && declined?.has(versionApproval(from, to, kind).what) === true;
}

interface Said {
  readonly waits: Finding[];
  readonly tells: Tell[];
}

/** The step of the control plane: the furthest that scope and policy allow; what they do not allow is told. */
function wantedStep(cluster: ClusterTarget, { scope, versions }: FleetTarget, said: Said): VersionStep | null {
  const { facts, policy } = cluster;
  const from = facts.kubernetesVersion;
  let wanted: VersionStep | null = null;
  for (const kind of KINDS) {
    const to = versions.get(`${kind} ${minorName(from)}`);
    if (to === undefined || stepKind(from, to) !== kind) continue;
    const word: PolicyWord = policy[kind];
    const isAsked = scope === "minor" || scope === kind;
    if (word === "notify" || word === "never") said.tells.push({ what: `Kubernetes ${to}`, from, word });
    else if (!isAsked) said.tells.push({ what: `Kubernetes ${to}`, from, word: "not asked for" });
    else if (isDeclinedStep(cluster, from, to, kind))
      said.tells.push({ what: `Kubernetes ${to}`, from, word: "declined" });
    else if (facts.upgrades.some(({ version, isPreview }) => version === to && !isPreview)) wanted = { kind, from, to };
    else {
      const offered = facts.upgrades.map(({ version }) => version).join(", ") || "nothing newer";
      said.waits.push(notOutYet(facts, facts.name, `Kubernetes ${to}`, offered));
    }
  }
  return wanted;
}

/** Pools follow the control plane, as far as the policy allows steps of that kind. */
function poolVersion(pool: PoolFacts, controlPlane: string, cluster: ClusterTarget, scope: UpgradeScope): string {
  const { policy } = cluster;
  if (!isOlderVersion(pool.kubernetesVersion, controlPlane)) return pool.kubernetesVersion;
  const kind: StepKind = minorName(pool.kubernetesVersion) === minorName(controlPlane) ? "patch" : "minor";
  const isAsked = scope === "minor" || (scope === "patch" && kind === "patch");
  const isAllowed = policy[kind] === "auto" || policy[kind] === "approve";
  if (isDeclinedStep(cluster, pool.kubernetesVersion, controlPlane, kind)) return pool.kubernetesVersion;
  return isAsked && isAllowed ? controlPlane : pool.kubernetesVersion;
}

/** The run's image for a pool; its own while that is not out in its region. */
function poolImage(
  facts: ClusterFacts,
  pool: PoolFacts,
  images: ReadonlyMap<string, string>,
): { readonly chosen: string; readonly waitsFor: Finding | null } {
  const latest = pool.latestNodeImageVersion;
  const current = pool.nodeImageVersion;
  // Azure may take a release back; what runs already is not made older.
  if (latest === "" || isOlderImage(latest, current)) return { chosen: current, waitsFor: null };
  const chosen = images.get(parseNodeImage(latest)?.family ?? "") ?? latest;
  if (chosen === current || chosen === latest) return { chosen, waitsFor: null };
  const isBehind = isOlderImage(latest, chosen) && current !== chosen;
  if (!isBehind) return { chosen: latest, waitsFor: null };
  return { chosen: current, waitsFor: notOutYet(facts, `${facts.name}/${pool.name}`, `node image ${chosen}`, latest) };
}
