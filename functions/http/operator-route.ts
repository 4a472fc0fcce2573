import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import * as df from "durable-functions";
import { DrydockError } from "../../domain/errors.ts";
import { Problem } from "./problem.ts";

/** One route of the operator API. */
export interface OperatorRoute {
  readonly name: string;
  readonly method: HttpMethod;
  /** Below `api/v1/`. */
  readonly route: string;
  readonly handle: (
    request: HttpRequest,
    client: df.DurableClient,
    context: InvocationContext,
  ) => Promise<HttpResponseInit>;
}

/** Registers a route that wants a function key. What it refuses is answered as a problem and logged. */
export function operatorRoute({ name, method, route, handle }: OperatorRoute): void {
  app.http(name, {
    methods: [method],
    authLevel: "function",
    route: `api/v1/${route}`,
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      try {
        return await handle(request, df.getClient(context), context);
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
