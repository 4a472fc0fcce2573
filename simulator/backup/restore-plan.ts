import type { ContentItem, Contents, ContentVolume } from "./cluster-contents.ts";
import { type Selection, selects } from "./selection.ts";

/** What is restored of a backup, and where to. */
export interface RestoreScope {
  readonly selection: Selection;
  /** From the namespace in the backup to the one in the target; what is not named keeps its own. */
  readonly namespaceMappings: Readonly<Record<string, string>>;
}

/** An object on its way into a cluster. */
export interface RestoreItem {
  readonly plural: string;
  /** As it was; its namespace is still that of the backup. */
  readonly object: ContentItem["object"];
  /** Where it goes; undefined for what is cluster-wide. */
  readonly namespace: string | undefined;
  /** The data that goes with a claim. */
  readonly volume?: ContentVolume | undefined;
}

/** What has to be there before the rest, first things first: Velero's order. */
const ORDER = [
  "customresourcedefinitions",
  "namespaces",
  "storageclasses",
  "persistentvolumeclaims",
  "serviceaccounts",
  "secrets",
  "configmaps",
  "limitranges",
  "priorityclasses",
  "pods",
  "replicasets",
];

/** The objects to restore, in their order. The namespaces they need are among them, also when nothing cluster-wide is. */
export function planRestore(contents: Contents, { selection, namespaceMappings }: RestoreScope): RestoreItem[] {
  const chosen = contents.items.filter((item) => selects(selection, item) && !isCompleted(item));
  const needed = new Set(chosen.map(({ object }) => object.metadata.namespace));
  return chosen
    .filter(({ plural, object }) => plural !== "namespaces" || needed.has(object.metadata.name))
    .map((item) => itemFor(item, contents, namespaceMappings))
    .sort((left, right) => rank(left) - rank(right) || (nameOf(left) < nameOf(right) ? -1 : 1));
}

/** How an object is named in reports: `Kind/namespace/name`, with the names that it has in the backup. */
export function nameOf({ object }: Pick<RestoreItem, "object">): string {
  const { namespace, name } = object.metadata;
  return [object.kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** How many bytes of volumes the items bring along. */
export function bytesOf(items: readonly RestoreItem[]): number {
  return items.reduce((sum, { volume }) => sum + (volume?.bytes ?? 0), 0);
}

function itemFor(
  { plural, object }: ContentItem,
  contents: Contents,
  mappings: Readonly<Record<string, string>>,
): RestoreItem {
  const { namespace, name } = object.metadata;
  const volume =
    plural === "persistentvolumeclaims"
      ? contents.volumes.find((one) => one.namespace === namespace && one.claim === name)
      : undefined;
  return {
    plural,
    object,
    namespace: namespace === undefined ? undefined : (mappings[namespace] ?? namespace),
    ...(volume ? { volume } : {}),
  };
}

function rank({ plural }: RestoreItem): number {
  const place = ORDER.indexOf(plural);
  return place < 0 ? ORDER.length : place;
}

/** What has run to its end is not run again: Velero skips it. */
function isCompleted({ plural, object }: ContentItem): boolean {
  const status = (object.status ?? {}) as { readonly phase?: unknown; readonly completionTime?: unknown };
  if (plural === "pods") return status.phase === "Succeeded" || status.phase === "Failed";
  return plural === "jobs" && status.completionTime !== undefined;
}
