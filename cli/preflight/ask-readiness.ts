import { z } from "zod";
import { type Readiness, readinessSchema } from "../../domain/preflight/readiness.ts";
import { CommandFailure, reasonOf, usageFailure } from "../failure.ts";

/** Exit code where nothing can be told. */
export const EXIT_CANNOT_TELL = 3;
/** A little longer than the app takes at most. */
const ANSWER_MS = 150_000;

const problemSchema = z.object({ detail: z.string() });

/** Whose readiness is asked for, and of whom. */
export interface ReadinessQuestion {
  readonly url: string;
  /** A secret. */
  readonly key: string;
  readonly cluster?: string | undefined;
  readonly pool?: string | undefined;
  readonly version?: string | undefined;
}

/**
 * Asks the operator API how ready the fleet is. Rejects with CommandFailure: exit code 2 for a question that makes no sense to
 * the app, 3 when there is no answer.
 */
export async function askReadiness({ url, key, ...query }: ReadinessQuestion): Promise<Readiness> {
  const asked = new URL(`${url}/api/v1/readiness`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.searchParams.set(name, value);
  let response: Response;
  let text: string;
  try {
    const headers = { "x-functions-key": key };
    response = await fetch(asked, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new CommandFailure(
      `CANNOT TELL: ${url} does not answer (${reasonOf(cause)}). Start the app, or say where it is with --url.`,
      EXIT_CANNOT_TELL,
      error,
    );
  }
  if (response.status === 401)
    throw usageFailure(`${url} refused the key. Set DRYDOCK_KEY to a function key of the app.`);
  const said = problemSchema.safeParse(parseJson(text)).data?.detail;
  if (response.status === 400 || response.status === 404)
    throw usageFailure(said ?? `${url} answered ${response.status}.`);
  const parsed = readinessSchema.safeParse(response.ok ? parseJson(text) : undefined);
  if (parsed.success) return parsed.data;
  throw new CommandFailure(
    `CANNOT TELL: ${url} answered ${response.status}${said === undefined ? "" : `: ${said}`}.`,
    EXIT_CANNOT_TELL,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
