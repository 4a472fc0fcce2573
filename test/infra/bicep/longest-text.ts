import type { BicepDeclaration, BicepFile, BicepValue } from "./bicep-file.ts";

/** How long what a function answers can become, by how long its arguments can. */
const LONGEST: Readonly<Record<string, (args: readonly number[]) => number>> = {
  uniqueString: () => 13,
  guid: () => 36,
  toLower: ([text = Number.POSITIVE_INFINITY]) => text,
};

/** Ids and indices of loops are short numbers. */
const NUMBER_DIGITS = 4;

/**
 * How many characters a text of a file can have at most; infinite when nothing says. Parameters say it by `@maxLength`; that
 * what they are given keeps to it is checked where they are given.
 *
 * @param loop of the declaration in which the text stands
 */
export function longestText(value: BicepValue, file: BicepFile, loop: BicepDeclaration["loop"]): number {
  switch (value.kind) {
    case "text":
      return value.text.length;
    case "template":
      return value.parts.reduce((sum, part) => sum + longestText(part, file, loop), 0);
    case "choice":
      return Math.max(...value.options.map((option) => longestText(option, file, loop)));
    case "call":
      return longestOfCall(value, file, loop);
    case "reference":
      return longestOfReference(value.path, file, loop);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function longestOfCall(
  { name, args }: BicepValue & { kind: "call" },
  file: BicepFile,
  loop: BicepDeclaration["loop"],
): number {
  const [first, second] = args;
  if (name === "take" && first && second?.kind === "other") {
    return Math.min(longestText(first, file, loop), Number(second.source));
  }
  return LONGEST[name]?.(args.map((arg) => longestText(arg, file, loop))) ?? Number.POSITIVE_INFINITY;
}

function longestOfReference(path: readonly string[], file: BicepFile, loop: BicepDeclaration["loop"]): number {
  const [name = "", member] = path;
  if (name === "index") return NUMBER_DIGITS;
  if (loop?.variable === name) return longestOfItems(loop.over, member, file);
  const declaration = file.declarations.find((one) => one.name === name && ["param", "var"].includes(one.kind));
  if (declaration?.kind === "var" && declaration.body && member === undefined) {
    return longestText(declaration.body, file, undefined);
  }
  return member === undefined && declaration ? longestOfParameter(declaration) : Number.POSITIVE_INFINITY;
}

function longestOfParameter({ decorators, type }: BicepDeclaration): number {
  if (type === "int") return NUMBER_DIGITS;
  const length = decorators.map((decorator) => /^@maxLength\((\d+)\)$/.exec(decorator)?.[1]).find(Boolean);
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}

/** Over the items of a list, or over one member of each. */
function longestOfItems(over: BicepValue, member: string | undefined, file: BicepFile): number {
  const [name] = over.kind === "reference" ? over.path : [];
  const list =
    name === undefined ? over : file.declarations.find((one) => one.kind === "var" && one.name === name)?.body;
  if (list?.kind !== "array") return Number.POSITIVE_INFINITY;
  const texts = list.items.map((item) =>
    item.kind === "object" && member !== undefined ? item.members.find((one) => one.name === member)?.value : item,
  );
  return Math.max(...texts.map((text) => (text ? longestText(text, file, undefined) : Number.POSITIVE_INFINITY)));
}
