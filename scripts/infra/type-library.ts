import { spawnSync } from "node:child_process";
import { z } from "zod";

const reference = z.object({ $ref: z.string() });
const property = z.object({ type: reference, flags: z.number() });
const properties = z.record(z.string(), property);

/** A type of Bicep's library, as far as properties are checked by it (Azure/bicep, Bicep.Types). */
const typeSchema = z.discriminatedUnion("$type", [
  z.object({ $type: z.literal("ResourceType"), name: z.string(), body: reference }),
  z.object({ $type: z.literal("ObjectType"), properties, additionalProperties: reference.optional() }),
  z.object({
    $type: z.literal("DiscriminatedObjectType"),
    discriminator: z.string(),
    baseProperties: properties,
    elements: z.record(z.string(), reference),
  }),
  z.object({ $type: z.literal("ArrayType"), itemType: reference }),
  z.object({ $type: z.literal("UnionType"), elements: z.array(reference) }),
  z.object({ $type: z.literal("StringLiteralType"), value: z.string() }),
  z.object({ $type: z.literal("StringType"), pattern: z.string().optional(), maxLength: z.number().optional() }),
  z.object({ $type: z.enum(["IntegerType", "BooleanType"]) }),
]);
export type LibraryType = z.infer<typeof typeSchema>;
export type LibraryProperty = z.infer<typeof property>;

/** One resource's type, and what its references mean. */
export interface FoundType {
  readonly body: LibraryType | undefined;
  readonly follow: (reference: { readonly $ref: string }) => LibraryType | undefined;
}

/** Finds a type as `Microsoft.X/y@2025-01-01`; undefined when the library has none. */
export type FindType = (type: string) => FoundType | undefined;

/** The types of one file (`types.json`). Those of other kinds are passed over: anything goes there. */
export function typesOf(text: string): FindType {
  const types: unknown[] = JSON.parse(text);
  const follow: FoundType["follow"] = ({ $ref }) => {
    const parsed = typeSchema.safeParse(types[Number($ref.split("/").at(-1))]);
    return parsed.success ? parsed.data : undefined;
  };
  return (type) => {
    for (const one of types) {
      const { data } = typeSchema.safeParse(one);
      if (data?.$type === "ResourceType" && data.name.toLowerCase() === type.toLowerCase()) {
        return { body: follow(data.body), follow };
      }
    }
    return undefined;
  };
}

/** The library in a clone of Azure/bicep-types-az, with or without a work tree. Throws Error when that is none. */
export function openLibrary(clone: string): FindType {
  const git = (...args: string[]): string => {
    const ran = spawnSync("git", ["-C", clone, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (ran.status !== 0) throw new Error(`git ${args.join(" ")} in ${clone} failed: ${ran.stderr.trim()}`);
    return ran.stdout;
  };
  const files = git("ls-tree", "-r", "--name-only", "HEAD", "generated").split("\n");
  const opened = new Map<string, FindType>();
  return (type) => {
    const [provider = "", version] = [type.split("/")[0]?.toLowerCase(), type.split("@")[1]];
    const candidates = files.filter((file) => file.toLowerCase().endsWith(`/${provider}/${version}/types.json`));
    for (const file of candidates) {
      const find = opened.get(file) ?? typesOf(git("show", `HEAD:${file}`));
      opened.set(file, find);
      const found = find(type);
      if (found) return found;
    }
    return undefined;
  };
}
