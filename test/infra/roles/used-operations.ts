import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AzureRole, azureActionOf } from "./azure-action.ts";
import { type KubernetesAccess, kubernetesAccessOf } from "./kubernetes-access.ts";

/** What the product asks of Azure and of the fleet's clusters, as its tests saw it. */
export interface UsedOperations {
  readonly azure: Readonly<Record<AzureRole, readonly string[]>>;
  /** As in `list policy/poddisruptionbudgets`. */
  readonly kubernetes: readonly string[];
}

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

const seen = new Set<string>();
let unknown: string[] = [];
let known: ReadonlySet<string> | undefined;

/**
 * Notes what a request of the product needs, for `takeUnknown`; requests of tests are passed over.
 *
 * @param azureOnly for tests of adapters, in which a cluster of the fleet plays the scratch cluster
 */
export function noteRequest(request: Request, { azureOnly = false } = {}): void {
  if (!OURS.test(request.headers.get("user-agent") ?? "")) return;
  const { pathname, search } = new URL(request.url);
  const operation = operationOf(request.method, `${pathname}${search}`);
  if (operation === undefined || (azureOnly && operation.startsWith("kubernetes "))) return;
  if (seen.has(operation)) return;
  seen.add(operation);
  const file = process.env[SEEN_FILE];
  if (file) appendFileSync(file, `${operation}\n`);
  known ??= new Set(linesOf(readUsedOperations()));
  if (!known.has(operation) && process.env[WRITING] === undefined) unknown.push(operation);
}

/** What was asked since the last call and is not in the list; each once a process. */
export function takeUnknown(): string[] {
  const taken = unknown;
  unknown = [];
  return taken;
}

/** The operation of a request, as `azure clusterOperator Microsoft.X/y/read` or `kubernetes list nodes`; else undefined. */
export function operationOf(method: string, path: string): string | undefined {
  const [, cluster, inside] = /^\/kubernetes\/([^/]+)(\/.*)$/.exec(path) ?? [];
  if (cluster !== undefined && inside !== undefined) {
    const access = SCRATCH_CLUSTER.test(cluster) ? undefined : kubernetesAccessOf(method, inside);
    return access && `kubernetes ${accessText(access)}`;
  }
  const needed = azureActionOf(method, path);
  return needed && `azure ${needed.role} ${needed.action}`;
}

/** `list policy/poddisruptionbudgets`; the core group has no name. */
export function accessText(access: KubernetesAccess): string {
  if ("nonResourceUrl" in access) return `${access.verb} ${access.nonResourceUrl}`;
  const { group, resource, verb } = access;
  return `${verb} ${group === "" ? "" : `${group}/`}${resource}`;
}

/** The list as it is kept. */
export function readUsedOperations(): UsedOperations {
  return JSON.parse(readFileSync(USED_OPERATIONS, "utf8")) as UsedOperations;
}

/** The list as lines of `operationOf`. */
export function linesOf({ azure, kubernetes }: UsedOperations): string[] {
  const azureLines = Object.entries(azure).flatMap(([role, actions]) =>
    actions.map((action) => `azure ${role} ${action}`),
  );
  return [...azureLines, ...kubernetes.map((access) => `kubernetes ${access}`)];
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
  };
}
