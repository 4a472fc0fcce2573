import { Ajv, type ValidateFunction } from "ajv";
import * as formats from "ajv-formats";

type Schema = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ strict: false, allErrors: true });
(formats.default as unknown as { default: (ajv: Ajv) => void }).default(ajv);

/** Texts whose form every example of a member shares. */
const FORMS: ReadonlyArray<readonly [RegExp, Schema]> = [
  [/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/, { format: "date-time" }],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, { format: "uuid" }],
  [/^\/subscriptions\//i, { pattern: "^/subscriptions/[^/]+" }],
  [/^\d+$/, { pattern: "^\\d+$" }],
  [/^\d+%?$/, { pattern: "^\\d+%?$" }],
  [/^\d+\.\d+\.\d+$/, { pattern: "^\\d+\\.\\d+\\.\\d+$" }],
  [/^sha256:[0-9a-f]{64}$/, { pattern: "^sha256:[0-9a-f]{64}$" }],
];

/** What an example says of those like it: which type each member has, and of which form texts are. No member is required. */
function schemaOfExample(example: unknown): Schema {
  if (example === null) return {};
  if (Array.isArray(example)) {
    const items = example.map(schemaOfExample);
    return { type: "array", ...(items.length === 0 ? {} : { items: { anyOf: items } }) };
  }
  if (typeof example === "object") {
    const members = Object.entries(example).map(([name, member]) => [name, schemaOfExample(member)] as const);
    return { type: "object", properties: Object.fromEntries(members) };
  }
  if (typeof example === "number") return { type: Number.isInteger(example) ? "integer" : "number" };
  if (typeof example !== "string") return { type: typeof example };
  const [, form = {}] = FORMS.find(([pattern]) => pattern.test(example)) ?? [];
  return { type: "string", ...form };
}

/** A value without the members that are null: services send many that their specifications do not call nullable. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member)]));
}

const compiled = new Map<string, ValidateFunction>();

/**
 * What in a value is of another type or form than in an example; undefined when nothing is. A member that is null is as good
 * as not there. `name` is the example's.
 */
export function differenceFromExample(name: string, example: unknown, value: unknown): string | undefined {
  const validate = compiled.get(name) ?? ajv.compile(schemaOfExample(example));
  compiled.set(name, validate);
  return validate(withoutNulls(value)) ? undefined : ajv.errorsText(validate.errors, { dataVar: name });
}
