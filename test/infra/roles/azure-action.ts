/** The role of infra/roles/definitions.bicep that covers an action. */
export type AzureRole = "fleetReader" | "clusterOperator" | "restoreTester";

/** What Azure asks for before it answers a request. */
export interface AzureAction {
  readonly role: AzureRole;
  /** As in a role definition, such as `Microsoft.ContainerService/managedClusters/read`. */
  readonly action: string;
}

/** What GET, PUT and their kin are called in role definitions; POST is named by its path. */
const VERBS: Readonly<Record<string, string>> = {
  GET: "read",
  HEAD: "read",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
};

/** Reads that are sent as POST. */
const READING_POSTS = [/^Microsoft\.ResourceGraph\/resources$/];

/** Types whose names clients write in another case than role definitions do. */
const SPELLINGS: Readonly<Record<string, string>> = { resourcegroups: "resourceGroups" };

/**
 * The action that a request to Resource Manager needs, and whose role has it; undefined for what is no such request. The
 * rule is that of role definitions (learn.microsoft.com/azure/role-based-access-control/role-definitions): types and verb
 * without names, and of what extends a resource the extension.
 *
 * @param path with or without a query
 */
export function azureActionOf(method: string, path: string): AzureAction | undefined {
  const parts = (path.split("?")[0] ?? "").split("/").filter((part) => part !== "");
  const at = parts.map((part) => part.toLowerCase()).lastIndexOf("providers");
  if (at < 0 && parts[0] !== "subscriptions") return undefined;
  const types = at < 0 ? typesWithoutProvider(parts) : typesOf(parts.slice(at + 1));
  if (types === undefined) return undefined;
  return { role: roleOf(parts, types), action: actionOf(method, types) };
}

/** `Microsoft.X/a/1/b/2/do` is `Microsoft.X/a/b/do`. */
function typesOf([provider, ...rest]: readonly string[]): string | undefined {
  if (provider === undefined || rest.length === 0) return undefined;
  return [provider, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}

/** Resource groups and what else a subscription has of its own. */
function typesWithoutProvider(parts: readonly string[]): string {
  const types = parts.filter((_, index) => index % 2 === 0).map((type) => SPELLINGS[type.toLowerCase()] ?? type);
  return ["Microsoft.Resources", ...types].join("/");
}

function actionOf(method: string, types: string): string {
  if (method !== "POST") return `${types}/${VERBS[method] ?? method.toLowerCase()}`;
  return READING_POSTS.some((post) => post.test(types)) ? `${types}/read` : `${types}/action`;
}

/** The groups of scratch clusters begin so (adapters/azure/scratch/scratch-names.ts). */
const SCRATCH_GROUP = /^rg-drydock-scratch-/;

/**
 * Backups, and groups with what restore tests make in them, are the restore tester's. What is a cluster's is the operator's,
 * who has it for that cluster alone; the rest is read in the whole subscription.
 */
function roleOf(parts: readonly string[], types: string): AzureRole {
  const group = parts[2]?.toLowerCase() === "resourcegroups" ? (parts[3] ?? "") : "";
  if (SCRATCH_GROUP.test(group)) return "restoreTester";
  if (/^Microsoft\.(DataProtection|Authorization|Resources)\//.test(types)) return "restoreTester";
  const isOfCluster = parts.some((part) => part.toLowerCase() === "managedclusters") && group !== "";
  return isOfCluster ? "clusterOperator" : "fleetReader";
}
