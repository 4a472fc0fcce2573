import { z } from "zod";
import { isObject } from "./list-keys.ts";
import { badRequest, StatusError } from "./status-error.ts";
import { mergeStrategically } from "./strategic-merge.ts";

type Json = Readonly<Record<string, unknown>>;

const STRATEGIC = "application/strategic-merge-patch+json";

const jsonPatchSchema = z.array(
  z.object({
    op: z.enum(["add", "remove", "replace", "test", "move", "copy"]),
    path: z.string(),
    from: z.string().optional(),
    value: z.unknown().optional(),
  }),
);

/**
 * Applies a patch of the given content type to a value. Custom resources know no strategic merge.
 * Throws a Status error (400, 415, 422) for what cannot be applied.
 */
export function applyPatch(target: unknown, patch: unknown, contentType: string, isCustom = false): unknown {
  const type = contentType.split(";")[0]?.trim();
  switch (isCustom && type === STRATEGIC ? "" : type) {
    case STRATEGIC:
      return mergeStrategically(target, requireObject(patch));
    case "application/merge-patch+json":
      return mergePlainly(target, requireObject(patch));
    case "application/json-patch+json":
      return applyJsonPatch(target, patch);
    default:
      throw new StatusError(
        415,
        "UnsupportedMediaType",
        `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, ${isCustom ? "" : `${STRATEGIC}, `}application/apply-patch+yaml`,
      );
  }
}

function requireObject(patch: unknown): Json {
  if (!isObject(patch)) throw badRequest("the patch must be a JSON object");
  return patch;
}

/** RFC 7386. */
function mergePlainly(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePlainly(result[key], value);
  }
  return result;
}

function applyJsonPatch(target: unknown, patch: unknown): unknown {
  const parsed = jsonPatchSchema.safeParse(patch);
  if (!parsed.success) throw badRequest(`the JSON patch is not valid: ${z.prettifyError(parsed.error)}`);
  let result = structuredClone(target);
  for (const operation of parsed.data) {
    const path = pointer(operation.path);
    const from = pointer(operation.from ?? "");
    const value =
      operation.op === "move" || operation.op === "copy" ? structuredClone(read(result, from)) : operation.value;
    if (operation.op === "test") {
      if (JSON.stringify(read(result, path)) !== JSON.stringify(value))
        throw unprocessable(operation.path, "test failed");
      continue;
    }
    if (operation.op === "move") result = write(result, from, "remove", undefined);
    const kind = operation.op === "remove" || operation.op === "replace" ? operation.op : "add";
    result = write(result, path, kind, value);
  }
  return result;
}

function pointer(text: string): string[] {
  return text === ""
    ? []
    : text
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function unprocessable(path: string, message: string): StatusError {
  return new StatusError(
    422,
    "Invalid",
    `the server rejected our request due to an error in our request: ${path}: ${message}`,
  );
}

function read(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function write(root: unknown, path: readonly string[], kind: "add" | "remove" | "replace", value: unknown): unknown {
  const key = path.at(-1);
  if (key === undefined) return value;
  const parent = read(root, path.slice(0, -1));
  const name = `/${path.join("/")}`;
  if (Array.isArray(parent)) {
    const index = key === "-" ? parent.length : Number(key);
    if (!Number.isInteger(index) || index > parent.length) throw unprocessable(name, "no such index");
    if (kind === "add") parent.splice(index, 0, value);
    else if (kind === "remove") parent.splice(index, 1);
    else parent[index] = value;
    return root;
  }
  if (!isObject(parent) || key === "__proto__") throw unprocessable(name, "no such path");
  if (kind !== "add" && !Object.hasOwn(parent, key)) throw unprocessable(name, "no such path");
  if (kind === "remove") Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, key, value);
  return root;
}
