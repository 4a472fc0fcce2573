import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import * as df from "durable-functions";
import type { z } from "zod";
import type { Caller, Role } from "../../domain/api/caller.ts";
import { DrydockError } from "../../domain/errors.ts";
import { admit, type Door, KEYS } from "./door.ts";
import { Problem } from "./problem.ts";
import { readBody, readQuery } from "./read-input.ts";

/** What a route answers with a status. */
export interface Answer {
  readonly description: string;
  /** Of the JSON body. */
  readonly schema?: z.ZodType;
  /** Media types other than JSON that may be asked for. */
  readonly types?: readonly string[];
}

/** A call of a route, with what it brought read by the route's schemas. */
export interface Call<Query, Body> {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  readonly client: df.DurableClient;
  readonly context: InvocationContext;
}

/** One route of the operator API; its description in OpenAPI is made of the same. */
export interface OperatorRoute<Query = unknown, Body = unknown> {
  /** Name of the function, and of the operation. */
  readonly name: string;
  readonly method: Extract<HttpMethod, "GET" | "POST">;
  /** Below `api/v1/`. */
  readonly route: string;
  /** One sentence. */
  readonly summary: string;
  /** Who may call it. */
  readonly role: Role;
  /** Parameters behind the question mark; without it there are none. Others are refused: a typing error is no filter. */
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Headers that it reads, and what for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers by status; what is refused for its input, its caller or its host is told by all alike. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly handle: (call: Call<Query, Body>) => Promise<HttpResponseInit>;
}

/** What is told of every route that was registered, in the order of registration. */
export const operatorRoutes: Array<Omit<OperatorRoute, "handle">> = [];

let door: Door = KEYS;

/** Decides how callers of all routes that are registered from now on are known. */
export function openDoor(chosen: Door): void {
  door = chosen;
}

/** Registers a route. What it refuses is answered as a problem and logged. */
export function operatorRoute<Query, Body>(definition: OperatorRoute<Query, Body>): void {
  const { name, method, route, role, query, body, handle } = definition;
  const ours = door;
  operatorRoutes.push(definition as unknown as OperatorRoute);
  app.http(name, {
    methods: [method],
    authLevel: ours.authLevel,
    route: `api/v1/${route}`,
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      try {
        const caller = admit(ours, request, role);
        return await handle({
          request,
          params: request.params,
          query: readQuery(request, query) as Query,
          body: (body ? await readBody(request, body) : undefined) as Body,
          caller,
          client: df.getClient(context),
          context,
        });
      } catch (error) {
        const problem = problemOf(error);
        if (!problem) throw error;
        context.warn(`${method} ${route}: ${problem.status} ${problem.title}: ${problem.message}`);
        return problem.toResponse();
      }
    },
  });
}

/** Answers with JSON that no cache keeps. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponseInit {
  return { status, jsonBody: body, headers: { "cache-control": "no-store", ...headers } };
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof DrydockError) return new Problem(502, error.failure.code, error.message);
  return undefined;
}
