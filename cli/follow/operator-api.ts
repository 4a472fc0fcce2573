import { readFileSync } from "node:fs";
import { z } from "zod";
import { type RunView, runViewSchema } from "../../domain/api/run-view.ts";
import { CommandFailure, EXIT_FAILED, reasonOf } from "../failure.ts";

const REQUEST_TIMEOUT_MS = 10_000;

const keyFileSchema = z.object({
  host: z.object({ default: z.string().min(1) }),
  system: z.object({ eventgrid_extension: z.string().min(1) }),
});

const problemSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });

const deadLettersSchema = z.object({
  deadLetters: z.array(z.looseObject({ code: z.string(), reason: z.string(), eventId: z.string().nullable() })),
});

/** The keys that the command line uses; secrets. */
export interface HostKeys {
  readonly functionKey: string;
  readonly eventGridKey: string;
}

/** What asking came to; "unavailable" is worth asking again. */
export type Answer<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent" }
  | { readonly kind: "unavailable"; readonly reason: string };

/** The part of the operator API that the command line reads. */
export interface OperatorApi {
  /** Rejects with CommandFailure when the answer is no run or the key is refused. */
  getRun(id: string, signal: AbortSignal): Promise<Answer<RunView>>;
  /** Why an event was put aside, if it was. */
  findDeadLetter(eventId: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Reads the host's key file. Throws CommandFailure that names no secret. */
export function readHostKeys(file: string): HostKeys {
  try {
    const keys = keyFileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return { functionKey: keys.host.default, eventGridKey: keys.system.eventgrid_extension };
  } catch {
    // The cause may quote the file, and the file holds secrets.
    throw new CommandFailure(`The host's key file ${file} cannot be read.`, EXIT_FAILED);
  }
}

/** A client of the operator API at `url`. */
export function createOperatorApi(url: string, key: string): OperatorApi {
  async function get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<Answer<T>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}`, {
        headers: { "x-functions-key": key },
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      text = await response.text();
    } catch (error) {
      signal.throwIfAborted();
      return { kind: "unavailable", reason: reasonOf(error) };
    }
    if (response.status === 404) return { kind: "absent" };
    if (response.status === 429 || response.status >= 500) {
      return { kind: "unavailable", reason: `it answered ${response.status}` };
    }
    if (!response.ok) {
      throw new CommandFailure(`GET ${path} answered ${response.status}${problemIn(text)}.`, EXIT_FAILED);
    }
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return { kind: "found", value: parsed.data };
    const place = parsed.error.issues[0]?.path.map(String).join(".") || "the whole body";
    throw new CommandFailure(`GET ${path} answered with something else than expected (${place}).`, EXIT_FAILED);
  }

  return {
    getRun: (id, signal) => get(`/api/v1/runs/${encodeURIComponent(id)}`, runViewSchema, signal),
    async findDeadLetter(eventId, signal) {
      const answer = await get("/api/v1/dead-letters", deadLettersSchema, signal);
      if (answer.kind !== "found") return undefined;
      const letter = answer.value.deadLetters.find((candidate) => candidate.eventId === eventId);
      return letter && `${letter.code}: ${letter.reason}`;
    },
  };
}

/** What a problem document (RFC 9457) says. */
function problemIn(text: string): string {
  const problem = problemSchema.safeParse(parseJson(text)).data;
  const said = problem?.detail ?? problem?.title;
  return said === undefined ? "" : `: ${said}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
