import { createHash } from "node:crypto";
import type { HttpRequest } from "@azure/functions";

/** The ETag of an answer: a digest of all that is in it. */
export function etagOf(body: unknown): string {
  return `"${createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 32)}"`;
}

/** Whether the caller has it already (RFC 9110, 13.1.2); proxies may have made a weak one of it. */
export function isKnown(request: HttpRequest, etag: string): boolean {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes("*") || known.includes(etag);
}
