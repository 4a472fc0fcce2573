import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { z } from "zod";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import { type ArmSettings, allowLoopback } from "../../azure/arm-client.ts";
import { azureFailure, retryAfterSeconds } from "../../azure/azure-failure.ts";
import { API_VERSION } from "./models.ts";

const ANSWER_MS = 60_000;
/** Pages of a list; one that does not end is a mistake of somebody's. */
const PAGES_MAX = 1_000;

/** A question to Microsoft.DataProtection. */
interface Question {
  /** From `/subscriptions` on, or a whole URL that the service gave. */
  readonly path: string;
  /** As in `list the recovery points of prod-weu`. */
  readonly asked: string;
}

/** What to read of an answer. */
interface Reading<T> extends Question {
  readonly schema: z.ZodType<T>;
}

/** An answer that has been checked. */
export interface Answer<T> {
  readonly status: number;
  readonly value: T;
  readonly retryAfterSeconds: number | null;
}

/** What the service gave to follow an operation by: opaque links, signed, to be asked as they are. */
export interface OperationLinks {
  readonly statusUrl: string;
  readonly resultUrl: string | null;
  readonly retryAfterSeconds: number | null;
}

/**
 * Speaks with Microsoft.DataProtection. Every call is one request (a list: one a page) without retries, which belong to durable
 * timers; every call throws DrydockError.
 */
export interface DataProtectionClient {
  get<T>(reading: Reading<T>): Promise<Answer<T>>;
  list<T>(reading: Reading<T>, query?: Readonly<Record<string, string>>): Promise<T[]>;
  begin(question: Question & { readonly body: unknown }): Promise<OperationLinks>;
}

const pageSchema = z.object({ value: z.array(z.unknown()).nullish(), nextLink: z.string().nullish() });
const refusalSchema = z.object({
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }),
});

type Send = (question: Question, method: "GET" | "POST", body?: unknown) => Promise<PipelineResponse>;

/** Opens the way to Microsoft.DataProtection; nothing is sent yet. */
export async function openDataProtection(settings: ArmSettings): Promise<DataProtectionClient> {
  const send = await createSend(settings);
  const get = async <T>(reading: Reading<T>): Promise<Answer<T>> => {
    const response = await send(reading, "GET");
    const value = parsed(reading.schema, response.bodyAsText, reading.asked);
    return {
      status: response.status,
      value,
      retryAfterSeconds: retryAfterSeconds(response.headers.get("retry-after")),
    };
  };
  return {
    get,
    async list({ path, asked, schema }, query = {}) {
      const found: unknown[] = [];
      const parameters = new URLSearchParams(query).toString();
      let next: string | undefined = parameters === "" ? path : `${path}?${parameters}`;
      for (let page = 0; next !== undefined; page += 1) {
        if (page === PAGES_MAX) throw invalid(asked, `the list has more than ${PAGES_MAX} pages`);
        const { value }: Answer<z.infer<typeof pageSchema>> = await get({ path: next, asked, schema: pageSchema });
        found.push(...(value.value ?? []));
        next = value.nextLink || undefined;
      }
      return checked(z.array(schema), found, asked);
    },
    async begin({ path, asked, body }) {
      const { status, headers } = await send({ path, asked }, "POST", body);
      const statusUrl = headers.get("azure-asyncoperation");
      if (statusUrl === undefined) throw invalid(asked, `${status} without Azure-AsyncOperation`);
      return {
        statusUrl,
        resultUrl: headers.get("location") ?? null,
        retryAfterSeconds: retryAfterSeconds(headers.get("retry-after")),
      };
    },
  };
}

async function createSend(settings: ArmSettings): Promise<Send> {
  const library = await import("@azure/core-rest-pipeline");
  const pipeline = library.createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "drydock" },
  });
  const endpoint = settings.endpoint.replace(/\/$/, "");
  const scopes = [`${endpoint}/.default`];
  pipeline.addPolicy(library.bearerTokenAuthenticationPolicy({ credential: settings.credential, scopes }));
  allowLoopback({ pipeline }, { ...settings, endpoint });
  const http = library.createDefaultHttpClient();
  return async ({ path, asked }, method, body) => {
    try {
      const request = library.createPipelineRequest({
        url: addressOf(endpoint, path, asked),
        method,
        timeout: ANSWER_MS,
        headers: library.createHttpHeaders({ accept: "application/json" }),
      });
      if (body !== undefined) {
        request.headers.set("content-type", "application/json");
        request.body = JSON.stringify(body);
      }
      const response = await pipeline.sendRequest(http, request);
      if (response.status < 300) return response;
      const { error } = refusalSchema.safeParse(jsonOf(response.bodyAsText)).data ?? { error: {} };
      const message = error.message ?? `the answer was ${response.status}`;
      const { status: statusCode } = response;
      throw new library.RestError(message, { code: error.code ?? "", statusCode, request, response });
    } catch (error) {
      throw azureFailure(error, asked);
    }
  };
}

/** The links of the service are asked as they are: they are signed. A token goes to Resource Manager and nowhere else. */
function addressOf(endpoint: string, path: string, asked: string): string {
  const url = new URL(path, `${endpoint}/`);
  if (url.origin !== new URL(endpoint).origin) throw invalid(asked, `a link leads to ${url.origin}, not ${endpoint}`);
  if (!path.startsWith("/")) return path;
  url.searchParams.set("api-version", API_VERSION);
  return url.href;
}

function parsed<T>(schema: z.ZodType<T>, text: string | null | undefined, asked: string): T {
  return checked(schema, jsonOf(text), asked);
}

function checked<T>(schema: z.ZodType<T>, value: unknown, asked: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path.map(String).join(".") || "the whole answer";
  throw invalid(asked, `the answer is not as expected (${place})`);
}

function invalid(asked: string, why: string): DrydockError {
  return new DrydockError(terminal("Invalid", `could not ${asked}: ${why}`));
}

/** Undefined for what is no JSON, as the empty body of a 202. */
function jsonOf(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
