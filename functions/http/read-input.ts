import type { HttpRequest } from "@azure/functions";
import { z } from "zod";
import { Problem } from "./problem.ts";

/** Largest body that the API reads. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Parameters that are the Functions host's: a key, and which one it is. */
const HOSTS_PARAMETERS: readonly string[] = ["code", "clientId"];

const NO_PARAMETERS = z.strictObject({});

/** Reads the parameters behind the question mark by a schema. Throws Problem 400 that names each that is wrong. */
export function readQuery(request: HttpRequest, schema: z.ZodType = NO_PARAMETERS): unknown {
  const given = [...request.query].filter(([name]) => !HOSTS_PARAMETERS.includes(name));
  const twice = given.find(([name], index) => given.findIndex(([other]) => other === name) !== index);
  if (twice) throw new Problem(400, "Invalid query", `${twice[0]}: it stands twice.`);
  return parsed(schema, Object.fromEntries(given), "Invalid query", "the query");
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
  return parsed(schema, value, "Invalid body", "the body");
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, title: string, whole: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path, message }) => `${path.join(".") || whole}: ${message}`);
  throw new Problem(400, title, mistakes.join("; "));
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
