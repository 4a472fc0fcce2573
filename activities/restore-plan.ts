import { DrydockError } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import type { BackupInstance, BackupProvider, RestoreScope } from "../domain/restore/backup-provider.ts";
import { choosePoint, parsePointChoice } from "../domain/restore/choose-point.ts";
import { type ClusterObject, expectedContents } from "../domain/restore/expected-contents.ts";
import { foreseenFindings, type SourceVolume } from "../domain/restore/foreseen-limits.ts";
import { isolatedScope } from "../domain/restore/isolation.ts";
import { type ChosenPoint, type PlannedTest, scopeOf, type TestInput } from "../domain/restore/planned-test.ts";
import { minorName } from "../domain/version-step.ts";
import type { ActivityPorts } from "./ports.ts";

const DAY_MS = 86_400_000;
/** Sizes of Arm64 machines have a `p` among their features: `Standard_D4ps_v5`. */
const ARM_SIZE = /^Standard_[A-Z]+\d+(?:-\d+)?[a-z]*p[a-z]*_v\d+$/;

/**
 * Looks up what the test of a cluster's backup will restore, and into what, with everything that stands in its way. Nothing is
 * made. What waiting may cure is thrown; whatever else cannot be read is a finding.
 */
export async function planTest(ports: ActivityPorts, input: TestInput): Promise<PlannedTest> {
  const { test, scratch, runId, slot } = input;
  const names = ports.restore.scratchNames({ runId, slot, subscriptionId: scratch.subscriptionId });
  const region = test.region ?? scratch.region;
  const nothing: PlannedTest = {
    ...{ instance: null, point: null, scope: scopeOf(test), namespaces: null, kubernetesVersion: "", region },
    ...{ surroundings: null, names, findings: [] },
  };
  try {
    const { kubernetesVersion } = await ports.observeCluster(input.resourceId);
    const provider = await ports.restore.openProvider(test.provider);
    const instances = await provider.instances(input.resourceId);
    const instance = instances.find(({ protection }) => protection === "protected") ?? instances[0];
    if (!instance) return { ...nothing, kubernetesVersion: minorName(kubernetesVersion), findings: [noBackup(input)] };
    const version = { source: kubernetesVersion, target: minorName(kubernetesVersion) };
    const planned = await planRestore(ports, { input, provider, instance, version, region });
    const others = instances.filter((other) => other !== instance);
    const findings = [...planned.findings, ...(others.length === 0 ? [] : [severalBackups(input, instance, others)])];
    return { ...nothing, ...planned, instance, kubernetesVersion: version.target, findings };
  } catch (error) {
    if (!(error instanceof DrydockError) || error.failure.class === "transient") throw error;
    return { ...nothing, findings: [unreadable(input, error)] };
  }
}

interface Restorable {
  readonly input: TestInput;
  readonly provider: BackupProvider;
  readonly instance: BackupInstance;
  readonly version: { readonly source: string; readonly target: string };
  readonly region: string;
}

async function planRestore(
  ports: ActivityPorts,
  { input, provider, instance, version, region }: Restorable,
): Promise<Pick<PlannedTest, "point" | "scope" | "namespaces" | "surroundings" | "findings">> {
  const { cluster, test, objectives, scratch } = input;
  const nowMs = Date.now();
  const { point, tier, findings } = choosePoint({
    ...{ cluster, instance, nowMs, choice: parsePointChoice(input.point), seed: `${input.runId}/${cluster}` },
    ...{ points: await provider.points(instance), tiers: test.tiers, rpoHours: objectives.rpoHours },
  });
  const read = await readSource(ports, input);
  const source = "why" in read ? null : read;
  const chosen: ChosenPoint | null = point && tier ? { id: point.id, takenAt: point.takenAt, tier } : null;
  const scope = isolatedScope(scopeOf(test), test.provider);
  const namespaces = chosen && namespacesOf({ source, instance, scope, takenAt: chosen.takenAt });
  const since = new Date(nowMs - DAY_MS).toISOString();
  const foreseen = foreseenFindings({
    ...{ cluster, instance, limits: provider.limits, targetLocation: region, nowMs },
    restoresAt: provider.limits.restoresPerDay === null ? [] : await provider.restoresSince(instance, since),
    ...{ sourceVersion: version.source, targetVersion: version.target, volumes: source?.volumes ?? [] },
    namespaces: source?.objects.filter(({ kind }) => kind === "Namespace").length ?? 0,
    ...{ hasWindowsNodes: false, hasArmNodes: ARM_SIZE.test(scratch.vmSize), hasVelero: false },
  });
  const isService = test.provider === "azure-backup";
  return {
    point: chosen,
    scope: { ...scope, includedNamespaces: namespaces ?? [] },
    namespaces: namespaces?.map((name) => test.namespaceMappings[name] ?? name) ?? null,
    surroundings: isService ? await ports.restore.readSurroundings(instance.id) : null,
    findings: [
      ...findings,
      ...foreseen,
      ...(chosen ? unknownContents(input, namespaces, read) : []),
      ...(chosen?.tier === "vault" ? stagingKept(input) : []),
      ...referencesMissing(input),
    ],
  };
}

interface Source {
  readonly objects: readonly ClusterObject[];
  readonly volumes: readonly SourceVolume[];
}

/** What the cluster holds that was backed up, or why it does not let itself be read. */
async function readSource(ports: ActivityPorts, { resourceId }: TestInput): Promise<Source | { readonly why: string }> {
  try {
    return await ports.restore.inCluster(resourceId, async ({ contents, namespaces }) => ({
      objects: await contents.inventory(),
      volumes: await namespaces.volumes(),
    }));
  } catch (error) {
    if (error instanceof DrydockError && error.failure.class !== "transient") return { why: error.failure.message };
    throw error;
  }
}

interface Covered {
  readonly source: Source | null;
  readonly instance: BackupInstance;
  readonly scope: RestoreScope;
  readonly takenAt: string;
}

/** The namespaces that are restored, as the source calls them: only what is isolated first may come back. Null for unknown. */
function namespacesOf({ source, instance, scope, takenAt }: Covered): string[] | null {
  if (source) {
    const expected = expectedContents(source.objects, { instance, scope, takenAt });
    return expected.flatMap(({ kind, name }) => (kind === "Namespace" ? [name] : [])).sort();
  }
  const named = scope.includedNamespaces.length > 0 ? scope.includedNamespaces : instance.includedNamespaces;
  return named.length === 0 ? null : [...named].filter((name) => !scope.excludedNamespaces.includes(name)).sort();
}

function unknownContents(
  { cluster }: TestInput,
  namespaces: readonly string[] | null,
  read: Source | { readonly why: string },
): Finding[] {
  if (namespaces !== null && namespaces.length > 0) return [];
  const evidence = "why" in read ? [read.why] : [];
  const about = { severity: "blocker" as const, subject: cluster, cluster, evidence };
  if (namespaces === null) {
    const message = `which namespaces the recovery point of ${cluster} holds cannot be known, so they cannot be isolated`;
    const remedy = "Name them in includedNamespaces of the test, or let Drydock read the cluster.";
    return [{ ...about, code: "NamespacesUnknown", message, remedy }];
  }
  const message = `nothing of ${cluster} is both in its backup and in what the test restores`;
  const remedy = "See which namespaces the backup instance covers, and those of the test.";
  return [{ ...about, code: "NothingToRestore", message, remedy }];
}

function stagingKept({ cluster, test: { staging } }: TestInput): Finding[] {
  if (staging === null) return [];
  return [
    {
      ...{ code: "StagingKept", severity: "warning", subject: cluster, cluster },
      message: `what the service brings out of the vault for ${cluster} stays in the staging place that fleet.yaml names`,
      evidence: [staging.resourceGroupId, staging.storageAccountId],
      remedy: "Empty it, or leave staging out: the run then makes such a place, and takes it away.",
    },
  ];
}

/** A service reads hooks and modifiers in the cluster that it restores into, and a scratch cluster is empty. */
function referencesMissing({ cluster, test: { hooks, modifier, provider } }: TestInput): Finding[] {
  // Velero's ConfigMaps come with the Velero of the source.
  const named = [...hooks, ...(modifier && provider === "azure-backup" ? [modifier] : [])];
  if (named.length === 0) return [];
  return [
    {
      ...{ code: "ReferenceNotInScratch", severity: "blocker", subject: cluster, cluster },
      message: `the test of ${cluster} names hooks or a resource modifier, which the service would look for in the scratch cluster`,
      evidence: named.map(({ namespace, name }) => `${namespace}/${name}`),
      remedy: "Leave them out of the test.",
    },
  ];
}

function noBackup({ cluster, test }: TestInput): Finding {
  const message = `nothing backs ${cluster} up with ${test.provider === "velero" ? "Velero" : "Azure Backup"}`;
  const remedy = "Configure its backup, or name the right provider in restoreTests.";
  return { code: "BackupMissing", severity: "blocker", subject: cluster, message, evidence: [], remedy, cluster };
}

function severalBackups({ cluster }: TestInput, chosen: BackupInstance, others: readonly BackupInstance[]): Finding {
  return {
    ...{ code: "SeveralBackups", severity: "info", subject: cluster, cluster },
    message: `${cluster} has ${others.length + 1} backups; ${chosen.name} is tested`,
    evidence: others.map(({ name, protectionDetail }) => `${name}: ${protectionDetail}`),
    remedy: "Nothing has to be done when one of them is enough.",
  };
}

function unreadable({ cluster }: TestInput, { failure }: DrydockError): Finding {
  return {
    ...{ code: "BackupUnreadable", severity: "blocker", subject: cluster, cluster },
    message: `what backs ${cluster} up cannot be read: ${failure.message}`,
    evidence: [failure.code],
    remedy: "Give Drydock's identity the rights that docs/restore-tests.md lists, and run again.",
  };
}
