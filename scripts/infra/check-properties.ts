import type { BicepFile, BicepValue } from "../../test/infra/bicep/bicep-file.ts";
import type { FindType, FoundType, LibraryProperty, LibraryType } from "./type-library.ts";

/** Bits of a property's flags. */
const REQUIRED = 1;
const READ_ONLY = 2;
/** What Bicep itself reads of a resource. */
const OF_BICEP = ["scope", "parent", "dependsOn"];

/** Properties that a type does not have, lacks, or does not let one set, and values that it does not take: `line sentence`. */
export function propertyMistakes(file: BicepFile, find: FindType): string[] {
  return file.declarations
    .filter(({ kind }) => kind === "resource")
    .flatMap(({ name, type, line, existing, body }) => {
      const found = find(type);
      if (!found?.body) return [`${line} ${type} is not in the library`];
      if (existing || !body) return [];
      return judge({ found, at: name, isTop: true }, found.body, body);
    });
}

interface Place {
  readonly found: FoundType;
  readonly at: string;
  readonly isTop?: boolean;
}

function judge(place: Place, type: LibraryType | undefined, value: BicepValue): string[] {
  if (type === undefined) return [];
  if (value.kind === "choice") return value.options.flatMap((option) => judge(place, type, option));
  switch (type.$type) {
    case "ObjectType":
      return judgeObject(place, type.properties, type.additionalProperties, value);
    case "DiscriminatedObjectType":
      return judgeDiscriminated(place, type, value);
    case "ArrayType":
      return judgeArray(place, type, value);
    case "UnionType":
      return judgeUnion(place, type, value);
    case "StringLiteralType":
      return value.kind === "text" && value.text !== type.value
        ? [said(place, value, `has to be '${type.value}'`)]
        : [];
    case "StringType":
      return judgeString(place, type, value);
    case "IntegerType":
    case "BooleanType":
      return value.kind === "text" ? [said(place, value, "is text")] : [];
    case "ResourceType":
      return [];
  }
}

function said({ at }: Place, { line }: BicepValue, sentence: string): string {
  return `${line} ${at}: ${sentence}`;
}

function judgeObject(
  place: Place,
  properties: Readonly<Record<string, LibraryProperty>>,
  additional: { readonly $ref: string } | undefined,
  value: BicepValue,
): string[] {
  if (value.kind === "text" || value.kind === "array") return [said(place, value, "has to be an object")];
  if (value.kind !== "object") return [];
  const members = value.members.filter(({ name }) => !(place.isTop && OF_BICEP.includes(name)));
  const given = new Set(members.map(({ name }) => name));
  const missing = Object.entries(properties)
    .filter(([name, { flags }]) => flags & REQUIRED && !(flags & READ_ONLY) && !given.has(name))
    .map(([name]) => said(place, value, `wants ${name}`));
  return [
    ...missing,
    ...members.flatMap(({ name, value: inner, line }) => {
      const known = properties[name];
      const at = { found: place.found, at: `${place.at}.${name}` };
      if (!known)
        return additional ? judge(at, place.found.follow(additional), inner) : [`${line} ${at.at}: is not there`];
      if (known.flags & READ_ONLY) return [`${line} ${at.at}: cannot be set`];
      return judge(at, place.found.follow(known.type), inner);
    }),
  ];
}

function judgeDiscriminated(
  place: Place,
  { discriminator, baseProperties, elements }: LibraryType & { $type: "DiscriminatedObjectType" },
  value: BicepValue,
): string[] {
  if (value.kind !== "object") return [];
  const key = value.members.find(({ name }) => name === discriminator)?.value;
  if (key?.kind !== "text") return [];
  const element = elements[key.text];
  const type = element && place.found.follow(element);
  if (type?.$type !== "ObjectType") return [said(place, key, `${discriminator} cannot be '${key.text}'`)];
  return judgeObject(place, { ...baseProperties, ...type.properties }, type.additionalProperties, value);
}

function judgeArray(place: Place, { itemType }: LibraryType & { $type: "ArrayType" }, value: BicepValue): string[] {
  if (value.kind === "text" || value.kind === "object") return [said(place, value, "has to be a list")];
  const items = value.kind === "array" ? value.items : value.kind === "loop" ? [value.body] : [];
  return items.flatMap((item) =>
    judge({ found: place.found, at: `${place.at}[]` }, place.found.follow(itemType), item),
  );
}

/** A union that has plain text in it is open: what it names is what was known when it was written. */
function judgeUnion(place: Place, { elements }: LibraryType & { $type: "UnionType" }, value: BicepValue): string[] {
  const options = elements.map(place.found.follow);
  if (value.kind !== "text") return [];
  const isKnown = options.some((option) => option?.$type === "StringLiteralType" && option.value === value.text);
  const isOpen = options.some((option) => option === undefined || option.$type === "StringType");
  const known = options.flatMap((option) => (option?.$type === "StringLiteralType" ? [option.value] : []));
  return isKnown || isOpen ? [] : [said(place, value, `'${value.text}' is none of ${known.join(", ")}`)];
}

function judgeString(place: Place, type: LibraryType & { $type: "StringType" }, value: BicepValue): string[] {
  if (value.kind === "object" || value.kind === "array") return [said(place, value, "has to be text")];
  if (value.kind !== "text") return [];
  if (type.maxLength !== undefined && value.text.length > type.maxLength) return [said(place, value, "is too long")];
  const fits = type.pattern === undefined || new RegExp(type.pattern).test(value.text);
  return fits ? [] : [said(place, value, `does not match ${type.pattern}`)];
}
