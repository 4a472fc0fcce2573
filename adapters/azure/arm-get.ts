import type { z } from "zod";
import { DrydockError, terminal } from "../../domain/errors.ts";
import type { ArmSettings } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";

const ANSWER_MS = 30_000;

/** A question to a part of Resource Manager that Drydock asks one thing of: not worth an SDK of ten megabytes. */
export interface ArmQuestion<T> {
  /** From `/subscriptions` on. */
  readonly path: string;
  readonly apiVersion: string;
  readonly schema: z.ZodType<T>;
  /** As in `read the quotas of westeurope`. */
  readonly asked: string;
}

/** Asks Resource Manager once. Throws DrydockError; an answer of another shape than expected is "Invalid". */
export async function armGet<T>(
  settings: ArmSettings,
  { path, apiVersion, schema, asked }: ArmQuestion<T>,
): Promise<T> {
  const url = new URL(path, settings.endpoint);
  url.searchParams.set("api-version", apiVersion);
  const { status, text } = await send(settings, url, asked);
  const parsed = schema.safeParse(status === 200 ? parseJson(text) : undefined);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.map(String).join(".") || "the whole answer";
  throw new DrydockError(terminal("Invalid", `could not ${asked}: the answer is not as expected (${place})`));
}

async function send(settings: ArmSettings, url: URL, asked: string): Promise<{ status: number; text: string }> {
  let refusal: unknown;
  try {
    const token = await settings.credential.getToken(`${settings.endpoint.replace(/\/$/, "")}/.default`);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token?.token ?? ""}`, "user-agent": "drydock" },
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    if (response.ok) return { status: response.status, text };
    refusal = refusalOf(response, text);
  } catch (error) {
    throw azureFailure(error, asked);
  }
  throw azureFailure(refusal, asked);
}

/** A refusal in the words of the SDK's RestError: the code is in `error`, or flat, as AKS itself answers. */
function refusalOf(response: Response, text: string) {
  const body = asObject(parseJson(text));
  const { code, message } = asObject(body.error ?? body);
  return {
    statusCode: response.status,
    code: typeof code === "string" ? code : "",
    message: typeof message === "string" ? message : `the answer was ${response.status}`,
    response: { headers: { get: (name: string) => response.headers.get(name) ?? undefined } },
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
