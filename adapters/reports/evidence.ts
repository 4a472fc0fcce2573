import { createHash } from "node:crypto";
import { DrydockError } from "../../domain/errors.ts";
import type { Evidence } from "../../domain/restore/evidence-manifest.ts";
import type { ReportStore } from "./report-store.ts";

const TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  html: "text/html; charset=utf-8",
  md: "text/markdown; charset=utf-8",
};

/** Keeps a text as a file of that path, written once. Throws DrydockError: Conflict when another text is there. */
export async function keepText(store: ReportStore, path: string, text: string): Promise<void> {
  const contentType = TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain; charset=utf-8";
  await store.keep(path, { content: Buffer.from(text), contentType });
}

/**
 * Keeps a file of evidence, and answers its digest. A step that is repeated may see a little else than at first: what was
 * written first stands, and it is that which the digest is of. Throws DrydockError when it could not be kept.
 *
 * @param path within the folder
 */
export async function keepEvidence(store: ReportStore, folder: string, path: string, text: string): Promise<Evidence> {
  try {
    await keepText(store, `${folder}/${path}`, text);
    return evidenceOf(path, Buffer.from(text));
  } catch (error) {
    const isThere = error instanceof DrydockError && error.failure.code === "Conflict";
    const first = isThere ? await store.read(`${folder}/${path}`) : undefined;
    if (!first) throw error;
    return evidenceOf(path, first);
  }
}

/** What a manifest says of a file. */
export function evidenceOf(path: string, content: Buffer): Evidence {
  return { path, sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length };
}
