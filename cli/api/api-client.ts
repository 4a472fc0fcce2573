import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { CommandFailure, EXIT_FAILED, reasonOf, usageFailure } from "../failure.ts";
import type { Connection } from "./connection.ts";

/** Exit code where the app does not answer, or cannot at the moment. */
export const EXIT_NO_ANSWER = 3;

/** A little longer than the app takes at most before it says where to ask again. */
const REQUEST_TIMEOUT_MS = 60_000;
const FIRST_WAIT_MS = 250;
/** Longest that what is being made is waited for between two looks, whatever the app asks. */
const LONGEST_WAIT_MS = 5_000;
/** Longest that it is waited for altogether: the plan of a large fleet takes minutes. */
const PATIENCE_MS = 15 * 60_000;

const problemSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });

/** One request. */
export interface ApiRequest {
  readonly method?: "GET" | "POST";
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** Text, and what kind it is. */
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  readonly retryAfterMs: number;
}

/**
 * Asks the operator API for JSON. What is not ready yet (202 with Location) is asked for again until it is. Rejects with
 * CommandFailure that says what to do: exit code 2 for a question that makes no sense to the app or a key that it refuses, 1
 * for what it refuses as things stand, 3 when it does not answer.
 */
export async function askJson<T>(connection: Connection, request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
  const answer = await sendUntilMade(connection, request);
  const parsed = schema.safeParse(parseJson(answer.text));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.map(String).join(".") || "the whole body";
  throw new CommandFailure(
    `${connection.url} answered ${request.path} with something else than expected (${place}). Is it a Drydock of this version?`,
    EXIT_NO_ANSWER,
  );
}

/** What was accepted, and is still being made, has a Location and a time to come again. */
async function sendUntilMade(connection: Connection, request: ApiRequest): Promise<Answer> {
  const { signal } = request;
  const endMs = performance.now() + PATIENCE_MS;
  let answer = await send(connection, request);
  let waitMs = FIRST_WAIT_MS;
  while (answer.status === 202 && answer.location !== null && answer.retryAfterMs > 0) {
    if (performance.now() > endMs) {
      const message = `${connection.url} has not answered ${request.path} within 15 minutes. The app's log says more.`;
      throw new CommandFailure(message, EXIT_NO_ANSWER);
    }
    await delay(Math.min(waitMs, answer.retryAfterMs, LONGEST_WAIT_MS), undefined, signal && { signal });
    const path = answer.location.replace(/^.*\/api\/v1\//, "");
    answer = await send(connection, { path, ...(signal && { signal }) });
    waitMs *= 2;
  }
  return answer;
}

/** As `askJson`, for what is text. */
export async function askText(connection: Connection, request: ApiRequest): Promise<string> {
  return (await send(connection, request)).text;
}

async function send({ url, key }: Connection, { method = "GET", path, body, signal }: ApiRequest): Promise<Answer> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { "x-functions-key": key, ...(body && { "content-type": "application/json" }) },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body && { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause ? error.cause : error;
    const message = `${url} does not answer (${reasonOf(cause)}). Start the app, or say where it is with --url.`;
    throw new CommandFailure(message, EXIT_NO_ANSWER, error);
  }
  if (!response.ok) throw failureOf(url, path, response.status, text);
  const { headers, status } = response;
  const retryAfterMs = 1_000 * Number(headers.get("retry-after") ?? 0);
  return { status, text, location: headers.get("location"), retryAfterMs };
}

/** What the app refused, in its own words where it has some (RFC 9457), and what to do. */
function failureOf(url: string, path: string, status: number, text: string): CommandFailure {
  const { detail, title } = problemSchema.safeParse(parseJson(text)).data ?? {};
  const said = detail ?? title;
  if (status === 401 || status === 403)
    return usageFailure(`${url} refused the key. Set DRYDOCK_KEY (or --key) to a function key of the app.`);
  if (status === 404 && said === undefined)
    return usageFailure(`${url} knows no /api/v1/${path.split("?")[0]}. Is it a Drydock of this version?`);
  if (status === 400 || status === 404) return usageFailure(said ?? `${url} answered ${status}.`);
  if (status === 409) return new CommandFailure(said ?? `${url} refused it.`, EXIT_FAILED);
  const words = said === undefined ? "" : `: ${said}`;
  return new CommandFailure(`${url} answered ${status}${words}. Try again; the app's log says more.`, EXIT_NO_ANSWER);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
