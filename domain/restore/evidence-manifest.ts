import { z } from "zod";

/** A file of evidence. */
export const evidenceSchema = z.object({
  /** Within the evidence of its cluster: `probes/orders.log`. */
  path: z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/, "expected a relative path"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** The manifest over all evidence, as `sha256sum --check` reads it: the same files give the same text. */
export function manifestText(evidence: readonly Evidence[]): string {
  const sorted = evidence.toSorted((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
  return sorted.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("");
}

/** Where the record of one cluster's test is kept, by month, cluster and run: below it everything is written once. */
export function evidenceFolder(startedAt: string, cluster: string, runId: string): string {
  return `restore-test/${startedAt.slice(0, 7)}/${safe(cluster)}/${safe(runId)}`;
}

/** Where the record of a whole run is kept; no cluster can be called so. */
export function runFolder(startedAt: string, runId: string): string {
  return evidenceFolder(startedAt, "_runs", runId);
}

/** A kept record, as its path tells. */
export interface KeptRecord {
  readonly kind: string;
  /** As `2026-11`. */
  readonly month: string;
  /** Null for the record of a whole run. */
  readonly cluster: string | null;
  readonly run: string;
  readonly folder: string;
}

/** Reads the path of a manifest, which is written last: the record is whole. Undefined for any other file. */
export function readRecordPath(path: string): KeptRecord | undefined {
  const [, folder = "", kind = "", month = "", cluster = "", run = ""] =
    /^(([a-z-]+)\/(\d{4}-\d{2})\/([\w.-]+)\/([\w.-]+))\/manifest\.json$/.exec(path) ?? [];
  return folder === "" ? undefined : { kind, month, cluster: cluster === "_runs" ? null : cluster, run, folder };
}

function safe(text: string): string {
  return text.replaceAll(/[^\w.-]/g, "_").replace(/^\.+/, "_");
}
