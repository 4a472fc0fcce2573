import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type AzureRole, azureActionOf } from "./azure-action.ts";
import { type KubernetesAccess, kubernetesAccessOf } from "./kubernetes-access.ts";

const listSchema = z.array(z.string());
const usedOperationsSchema = z.object({
  azure: z.object({ fleetReader: listSchema, clusterOperator: listSchema, restoreTester: listSchema }),
  /** As in `list policy/poddisruptionbudgets`. */
  kubernetes: listSchema,
  /** The same in the namespace of Velero alone, where restore tests copy it from. */
  velero: listSchema,
});
/** What the product asks of Azure and of the fleet's clusters, as its tests saw it. */
export type UsedOperations = z.infer<typeof usedOperationsSchema>;

/** Where what is used is kept; `npm run roles` writes it. */
export const USED_OPERATIONS = join(import.meta.dirname, "../../../infra/roles/used-operations.json");
/** The file to which every operation that is seen is added, one a line; unset in most runs. */
export const SEEN_FILE = "DRYDOCK_SEEN_OPERATIONS";
/** Set while the list is written anew: what it does not know is then no mistake. */
export const WRITING = "DRYDOCK_ROLES_WRITING";

/** The product says who it is; what tests themselves ask does not. */
const OURS = /^drydock\b/;
/** Restore tests hold every right in the clusters that they make: those are nobody else's. */
const SCRATCH_CLUSTER = /^drydock-/;
/** Velero's own namespace, as its installers name it and the sample fleet has it. */
const VELERO = "velero";

const seen = new Set<string>();
let unknown: string[] = [];
/** Read at once: a list that cannot be read is not to look like a simulator that fails. */
const known: ReadonlySet<string> = new Set(isWriting() ? [] : linesOf(readUsedOperations()));

/**
 * Notes what a request of the product needs, for `takeUnknown`; requests of tests are passed over.
 *
 * @param azureOnly for tests of adapters, in which a cluster of the fleet plays the scratch cluster
 */
export function noteRequest(request: Request, { azureOnly = false } = {}): void {
  if (!OURS.test(request.headers.get("user-agent") ?? "")) return;
  const { pathname, search } = new URL(request.url);
  const operation = operationOf(request.method, `${pathname}${search}`);
  if (operation === undefined || (azureOnly && !operation.startsWith("azure "))) return;
  if (seen.has(operation)) return;
  seen.add(operation);
  const file = process.env[SEEN_FILE];
  if (file) appendFileSync(file, `${operation}\n`);
  if (!known.has(operation) && !isWriting()) unknown.push(operation);
}

function isWriting(): boolean {
  return process.env[WRITING] !== undefined;
}

/** What was asked since the last call and is not in the list; each once a process. */
export function takeUnknown(): string[] {
  const taken = unknown;
  unknown = [];
  return taken;
}

/** The operation of a request, as `azure clusterOperator Microsoft.X/y/read`, `kubernetes list nodes` or `velero list secrets`. */
export function operationOf(method: string, path: string): string | undefined {
  const [, cluster, inside] = /^\/kubernetes\/([^/]+)(\/.*)$/.exec(path) ?? [];
  if (cluster !== undefined && inside !== undefined) {
    const access = SCRATCH_CLUSTER.test(cluster) ? undefined : kubernetesAccessOf(method, inside);
    return access && `${isOfVelero(access) ? VELERO : "kubernetes"} ${accessText(access)}`;
  }
  const needed = azureActionOf(method, path);
  return needed && `azure ${needed.role} ${needed.action}`;
}

function isOfVelero(access: KubernetesAccess): boolean {
  return "namespace" in access && access.namespace === VELERO;
}

/** `list policy/poddisruptionbudgets`; the core group has no name. */
export function accessText(access: KubernetesAccess): string {
  if ("nonResourceUrl" in access) return `${access.verb} ${access.nonResourceUrl}`;
  const { group, resource, verb } = access;
  return `${verb} ${group === "" ? "" : `${group}/`}${resource}`;
}

/** The list as it is kept. */
export function readUsedOperations(): UsedOperations {
  return usedOperationsSchema.parse(JSON.parse(readFileSync(USED_OPERATIONS, "utf8")));
}

/** The list as lines of `operationOf`. */
export function linesOf({ azure, kubernetes, velero }: UsedOperations): string[] {
  const azureLines = Object.entries(azure).flatMap(([role, actions]) =>
    actions.map((action) => `azure ${role} ${action}`),
  );
  return [
    ...azureLines,
    ...kubernetes.map((access) => `kubernetes ${access}`),
    ...velero.map((access) => `${VELERO} ${access}`),
  ];
}

/** Lines of `operationOf` as the list is kept: each once, by code unit. */
export function operationsFrom(lines: readonly string[]): UsedOperations {
  const after = (prefix: string) =>
    [...new Set(lines)]
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length))
      .sort();
  const ofRole = (role: AzureRole) => after(`azure ${role} `);
  return {
    azure: {
      fleetReader: ofRole("fleetReader"),
      clusterOperator: ofRole("clusterOperator"),
      restoreTester: ofRole("restoreTester"),
    },
    kubernetes: after("kubernetes "),
    velero: after(`${VELERO} `),
  };
}
