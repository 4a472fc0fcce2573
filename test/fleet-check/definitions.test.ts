import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withoutSchemas } from "../../cli/fleet/without-schemas.ts";
import { check, object, SOUND, told, yaml } from "./fleet.ts";

const schema = { openAPIV3Schema: { type: "object", description: "a\n\nb", properties: { spec: { type: "object" } } } };
const definition = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "tills.shop.example.com", {
  spec: {
    group: "shop.example.com",
    names: { kind: "Till", plural: "tills" },
    versions: [
      { name: "v1", schema, served: true },
      { schema, name: "v2" },
    ],
  },
});

describe("definitions", () => {
  it("are read without their schemas, and with all the rest", () => {
    const bare = { openAPIV3Schema: {} };
    const versions = [
      { name: "v1", schema: bare, served: true },
      { schema: bare, name: "v2" },
    ];
    const spec = { group: "shop.example.com", names: { kind: "Till", plural: "tills" }, versions };
    expect(parse(withoutSchemas(yaml(definition)))).toEqual({ ...definition, spec });
    expect(withoutSchemas("kind: Pod\n")).toBe("kind: Pod\n");
  });

  it("may be patched where the schema is", () => {
    const path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/type";
    const patch = `- {op: replace, path: ${path}, value: string}`;
    const files = {
      ...SOUND,
      "apps/definition.yaml": yaml(definition),
      "apps/kustomization.yaml": yaml({
        resources: ["shop.yaml", "definition.yaml"],
        patches: [{ target: { kind: "CustomResourceDefinition" }, patch }],
      }),
      "apps/till.yaml": undefined,
    };
    expect(told(check(files))).toEqual([]);
  });
});
