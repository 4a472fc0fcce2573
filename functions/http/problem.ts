import type { HttpResponseInit } from "@azure/functions";
import { z } from "zod";

/** What is refused says what was wrong, where, and what to do (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    /** Stable; for programs. */
    code: z.string(),
  })
  .meta({ id: "Problem" });

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
    const body: z.infer<typeof problemSchema> = {
      type: "about:blank",
      title: this.title,
      status: this.status,
      detail: this.message,
      code: codeOf(this.title),
    };
    return {
      status: this.status,
      headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
      body: JSON.stringify(body),
    };
  }
}

/** A title as a code: `No such run` is `NoSuchRun`. */
function codeOf(title: string): string {
  return title
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
