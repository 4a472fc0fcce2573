import { describe, expect, it } from "vitest";
import { memberAt } from "./bicep-file.ts";
import { parseBicep } from "./parse-bicep.ts";

const SOURCE = `
targetScope = 'subscription'
import { cluster } from './types.bicep'
@maxLength(24)
param name string = 'x'
param clusters cluster[]
var rules = [for (item, i) in clusters: { at: item.id, n: i }]
resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = if (!empty(name)) {
  name: toLower('st\${name}')
  tags: { first: rules[0].at }
}
module parts 'modules/part.bicep' = [for item in clusters: {
  name: 'p'
  params: { id: account.?properties.id ?? '', ids: map(clusters, one => one.id) }
}]
output id string = parts[0].outputs.id
`;

describe("parseBicep", () => {
  const file = parseBicep(SOURCE);

  it("lists what a file declares, with types, decorators and what stands before the body", () => {
    const told = file.declarations.map(({ kind, name, type }) => `${kind} ${name} ${type}`.trim());
    expect(told).toEqual([
      "import cluster ./types.bicep",
      "param name string",
      "param clusters cluster[]",
      "var rules",
      "resource account Microsoft.Storage/storageAccounts@2025-06-01",
      "module parts modules/part.bicep",
      "output id string",
    ]);
    const [, name, clusters, , account, parts] = file.declarations;
    expect([name?.optional, clusters?.optional]).toEqual([true, false]);
    expect(name?.decorators).toEqual(["@maxLength(24)"]);
    expect([account?.existing, account?.conditional]).toEqual([true, true]);
    expect(parts?.loop).toMatchObject({ variable: "item", over: { path: ["clusters"] } });
    expect(file.targetScope).toBe("subscription");
    expect(file.syntaxErrors).toEqual([]);
  });

  it("lists what is used of which name, and not the names that loops and lambdas bind", () => {
    const used = file.uses.map(({ path, called }) => `${path.join(".")}${called ? "()" : ""}`);
    expect(used).toEqual([
      "maxLength()",
      "cluster",
      "clusters",
      "empty()",
      "name",
      "toLower()",
      "name",
      "rules.at",
      "clusters",
      "account.properties.id",
      "map()",
      "clusters",
      "parts.outputs.id",
    ]);
  });

  it("reads values as far as they can be told", () => {
    const account = file.declarations.find(({ kind }) => kind === "resource");
    expect(memberAt(account?.body, "name")).toMatchObject({
      kind: "call",
      name: "toLower",
      args: [
        {
          kind: "template",
          parts: [
            { kind: "text", text: "st" },
            { kind: "reference", path: ["name"] },
          ],
        },
      ],
    });
    expect(memberAt(account?.body, "tags", "first")).toMatchObject({ kind: "reference", path: ["rules", "at"] });
  });

  it("names the lines that are no Bicep", () => {
    expect(parseBicep("param x string\nresource = {\n").syntaxErrors).not.toEqual([]);
  });

  it("reads parameter files", () => {
    const given = parseBicep("using './main.bicep'\nparam location = 'westeurope'\n");
    expect(given).toMatchObject({ using: "./main.bicep", syntaxErrors: [] });
    expect(given.declarations).toMatchObject([{ name: "location", body: { kind: "text", text: "westeurope" } }]);
  });
});
