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

/** Where the evidence of one cluster's test is kept: by month, cluster and run. It is written once. */
export function evidenceFolder(startedAt: string, cluster: string, runId: string): string {
  const safe = (text: string) => text.replaceAll(/[^\w.-]/g, "_").replace(/^\.+/, "_");
  return `restore-tests/${startedAt.slice(0, 7)}/${safe(cluster)}/${safe(runId)}`;
}
