import { app } from "@azure/functions";
import { z } from "zod";
import { type Answer, type OperatorRoute, operatorRoutes } from "./operator-route.ts";
import { problemSchema } from "./problem.ts";

type Described = Omit<OperatorRoute, "handle">;
type JsonSchema = Record<string, unknown>;

/** It is made when it is first asked for: few ask. */
let made: object | undefined;

/** `GET api/v1/openapi.json`: the API described by itself (OpenAPI 3.1). Open to all: it holds nothing of the fleet. */
export function registerOpenApi(): void {
  app.http("getOpenApi", {
    methods: ["GET"],
    authLevel: "anonymous",
    route: "api/v1/openapi.json",
    handler: async () => {
      made ??= describeApi(operatorRoutes);
      return { jsonBody: made, headers: { "cache-control": "public, max-age=300" } };
    },
  });
}

/** The description of routes in OpenAPI 3.1, made of the schemas that read their input. */
export function describeApi(routes: readonly Described[]): object {
  const schemas = new Components();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `/api/v1/${route.route}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Drydock",
      version: "1",
      description: "Upgrades, restore tests and drills of AKS fleets. Times are UTC, ISO 8601.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      schemas: schemas.all,
      securitySchemes: {
        functionKey: { type: "apiKey", in: "header", name: "x-functions-key" },
        entra: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      },
    },
    security: [{ functionKey: [] }, { entra: [] }],
  };
}

/** Answers that every route may give. */
const COMMON: Readonly<Record<number, Answer>> = {
  400: { description: "The input is wrong: where, and what is expected." },
  401: { description: "The caller is not known." },
  403: { description: "The caller may not do it." },
  502: { description: "What it takes cannot be read: fleet.yaml, Azure or a cluster." },
};

function operationOf(route: Described, schemas: Components): object {
  const answers = { ...COMMON, ...(route.body ? { 413: { description: "The body is too large." } } : {}) };
  const all: Record<number, Answer> = { ...answers, ...route.answers };
  return {
    operationId: route.name,
    summary: route.summary,
    description: `It takes the role ${route.role}.`,
    parameters: [...pathParameters(route.route), ...queryParameters(route.query, schemas), ...headersOf(route)],
    ...(route.body
      ? {
          requestBody: { required: true, content: { "application/json": { schema: schemas.of(route.body, "input") } } },
        }
      : {}),
    responses: Object.fromEntries(
      Object.entries(all).map(([status, answer]) => [status, responseOf(Number(status), answer, schemas)]),
    ),
  };
}

function responseOf(status: number, { description, schema, types = [] }: Answer, schemas: Components): object {
  if (status >= 400) {
    return { description, content: { "application/problem+json": { schema: schemas.of(problemSchema, "output") } } };
  }
  if (!schema) return { description };
  const others = types.map((type) => [type, { schema: { type: "string" } }]);
  const content = { "application/json": { schema: schemas.of(schema, "output") }, ...Object.fromEntries(others) };
  return { description, content };
}

function pathParameters(route: string): object[] {
  return [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodType | undefined, schemas: Components): object[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemas.of(query, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function headersOf({ headers = {} }: Described): object[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  }));
}

/** Schemas that several operations share, by their id. */
class Components {
  readonly all: Record<string, JsonSchema> = {};

  /** A schema as JSON Schema; what has an id is referred to. */
  of(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const { $schema: _, $defs, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema;
    for (const [id, part] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
      this.all[id] = referring(part) as JsonSchema;
    }
    const { id, ...own } = referring(made) as JsonSchema & { id?: string };
    if (id === undefined) return own;
    this.all[id] = own;
    return { $ref: `#/components/schemas/${id}` };
  }
}

/** With references to where OpenAPI keeps schemas. */
function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) =>
      key === "$ref" && typeof part === "string"
        ? [key, part.replace(/^#\/\$defs\//, "#/components/schemas/")]
        : [key, referring(part)],
    ),
  );
}
