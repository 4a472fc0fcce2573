import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type { z } from "zod";

/** Largest body that the API reads. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** An answer that says what was wrong, where, and what to do (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  /** The problem as an answer. */
  toResponse(): HttpResponseInit {
    return {
      status: this.status,
      headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
      body: JSON.stringify({ type: "about:blank", title: this.title, status: this.status, detail: this.message }),
    };
  }
}

/** Reads a JSON body by a schema. Throws Problem: 413 when it is too large, 400 when it is not JSON or not what is expected. */
export async function readBody<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem(400, "Malformed JSON", `The body is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`);
  throw new Problem(400, "Invalid body", mistakes.join("; "));
}

async function readText(request: HttpRequest): Promise<string> {
  const tooLarge = () => new Problem(413, "Body too large", `The body may have ${BODY_LIMIT_BYTES} bytes at most.`);
  if (Number(request.headers.get("content-length") ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  const bytes: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) throw tooLarge();
    bytes.push(chunk);
  }
  return Buffer.concat(bytes).toString("utf8");
}
