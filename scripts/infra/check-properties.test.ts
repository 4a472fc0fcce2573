import { describe, expect, it } from "vitest";
import { parseBicep } from "../../test/infra/bicep/parse-bicep.ts";
import { propertyMistakes } from "./check-properties.ts";
import { typesOf } from "./type-library.ts";

const ref = (index: number) => ({ $ref: `#/${index}` });
const of = (index: number, flags = 0) => ({ type: ref(index), flags });
const LIBRARY = typesOf(
  JSON.stringify([
    { $type: "ResourceType", name: "A.B/things@2026-01-01", body: ref(1) },
    { $type: "ObjectType", properties: { name: of(2, 1), id: of(2, 2), properties: of(3) } },
    { $type: "StringType", pattern: "^[a-z]*$", maxLength: 8 },
    {
      $type: "ObjectType",
      properties: { size: of(4, 1), tags: of(7), count: of(8), list: of(9), trigger: of(10), more: of(13) },
    },
    { $type: "UnionType", elements: [ref(5), ref(6)] },
    { $type: "StringLiteralType", value: "small" },
    { $type: "StringLiteralType", value: "big" },
    { $type: "ObjectType", properties: {}, additionalProperties: ref(2) },
    { $type: "IntegerType" },
    { $type: "ArrayType", itemType: ref(2) },
    {
      $type: "DiscriminatedObjectType",
      discriminator: "kind",
      baseProperties: { kind: of(2) },
      elements: { timer: ref(11) },
    },
    { $type: "ObjectType", properties: { kind: of(12), every: of(8, 1) } },
    { $type: "StringLiteralType", value: "timer" },
    { $type: "AnyType" },
  ]),
);

const mistakes = (properties: string, type = "A.B/things@2026-01-01", name = "'x'") =>
  propertyMistakes(
    parseBicep(`resource x '${type}' = {\n  name: ${name}\n  properties: {\n    ${properties}\n  }\n}\n`),
    LIBRARY,
  );

describe("properties", () => {
  it("that a type has, with values that it takes, are right; what cannot be told passes", () => {
    const right = `size: 'big'
    tags: { any: 'x' }
    count: 2
    list: ['a', 'b']
    trigger: { kind: 'timer', every: 1 }
    more: { whatever: true }`;
    expect(mistakes(right)).toEqual([]);
    expect(mistakes("size: any ? 'big' : other")).toEqual([]);
  });

  it.each([
    ["siz: 'big'", ["3 x.properties: wants size", "4 x.properties.siz: is not there"]],
    ["size: 'huge'", ["4 x.properties.size: 'huge' is none of small, big"]],
    ["size: any ? 'big' : 'huge'", ["4 x.properties.size: 'huge' is none of small, big"]],
    ["size: 'big', count: 'two'", ["4 x.properties.count: is text"]],
    ["size: 'big', list: 'a'", ["4 x.properties.list: has to be a list"]],
    ["size: 'big', list: ['A']", ["4 x.properties.list[]: does not match ^[a-z]*$"]],
    ["size: 'big', tags: 'a'", ["4 x.properties.tags: has to be an object"]],
    ["size: 'big', tags: { long: 'abcdefghij' }", ["4 x.properties.tags.long: is too long"]],
    ["size: 'big', trigger: { kind: 'timer' }", ["4 x.properties.trigger: wants every"]],
    ["size: 'big', trigger: { kind: 'event' }", ["4 x.properties.trigger: kind cannot be 'event'"]],
  ])("%s", (properties, expected) => {
    expect(mistakes(properties)).toEqual(expected);
  });

  it("that the service sets cannot be set, and a type that is not there is told", () => {
    expect(mistakes("size: 'big'\n  }\n  id: 'x'\n  properties: {\n size: 'big'")).toContain("6 x.id: cannot be set");
    expect(mistakes("size: 'big'", "A.B/things@2025-01-01")).toEqual(["1 A.B/things@2025-01-01 is not in the library"]);
  });
});
