import { describe, expect, it } from "vitest";
import { projectOf } from "./bicep/bicep-project.ts";
import { nameMistakes, typeMistakes } from "./bicep/check-resources.ts";
import { secretMistakes } from "./bicep/check-secrets.ts";
import { symbolMistakes } from "./bicep/check-symbols.ts";

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Bicep puts values into text as templates do.
const GOOD = {
  "main.bicep": `targetScope = 'subscription'
import { thing } from 'types.bicep'
@maxLength(10)
param name string
param things thing[]
@secure()
param secret string
resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-\${name}'
  location: things[0].location
}
module part 'part.bicep' = {
  name: 'part'
  scope: group
  params: {
    name: 'st\${uniqueString(name)}'
    secret: secret
  }
}
output id string = part.outputs.id
`,
  "types.bicep": "@export()\ntype thing = {\n  location: string\n}\n",
  "part.bicep": `@maxLength(24)
param name string
@secure()
param secret string
resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  properties: loadJsonContent('account.json')
}
resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: 'kv'
}
resource kept 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(secret)) {
  parent: vault
  name: 'secret'
  properties: { value: secret }
}
output id string = account.id
`,
  "account.json": "{}",
  "main.bicepparam": "using 'main.bicep'\nparam name = 'x'\nparam things = []\nparam secret = ''\n",
};
const TYPES = [
  { type: "Microsoft.Resources/resourceGroups", apiVersion: "2025-04-01", longestName: 90 },
  { type: "Microsoft.Storage/storageAccounts", apiVersion: "2025-06-01", longestName: 24 },
  { type: "Microsoft.KeyVault/vaults", apiVersion: "2025-05-01", longestName: 24 },
  { type: "Microsoft.KeyVault/vaults/secrets", apiVersion: "2025-05-01", longestName: 127 },
];

/** What all checks say of the good files with one text changed. */
function mistakesWith(file: keyof typeof GOOD, from: string, to: string): string[] {
  if (!GOOD[file].includes(from)) throw new Error(`${file} has no ${from}`);
  const project = projectOf({ ...GOOD, [file]: GOOD[file].replace(from, to) });
  return [
    ...symbolMistakes(project),
    ...typeMistakes(project, TYPES),
    ...nameMistakes(project, TYPES),
    ...secretMistakes(project),
  ];
}

describe("the checks of Bicep", () => {
  it("find nothing wrong with what is right", () => {
    expect(mistakesWith("main.bicep", "'part'", "'part'")).toEqual([]);
  });

  it.each<[string, keyof typeof GOOD, string, string, string]>([
    [
      "a name that is not there",
      "main.bicep",
      "'rg-${name}'",
      "'rg-${nam}'",
      "main.bicep:9 uses nam, which is not there",
    ],
    [
      "a function that is not there",
      "main.bicep",
      "uniqueString(name)",
      "uniqString(name)",
      "main.bicep:16 calls uniqString, which is not there",
    ],
    ["what is not used", "part.bicep", "  name: name\n", "  name: 'x'\n", "part.bicep:2 param name is not used"],
    [
      "a module that is not there",
      "main.bicep",
      "'part.bicep'",
      "'parts.bicep'",
      "main.bicep:12 module part is parts.bicep, which is not there",
    ],
    [
      "a parameter that the module does not have",
      "main.bicep",
      "    secret: secret\n",
      "    secret: secret\n    more: 1\n",
      "main.bicep:18 module part has no parameter more",
    ],
    [
      "a parameter that the module wants",
      "main.bicep",
      "    secret: secret\n",
      "",
      "main.bicep:12 module part wants the parameter secret",
    ],
    [
      "an output that the module does not have",
      "main.bicep",
      "part.outputs.id",
      "part.outputs.ids",
      "main.bicep:20 asks part.outputs.ids, which part.bicep does not give",
    ],
    [
      "a module for another scope",
      "main.bicep",
      "  scope: group\n",
      "",
      "main.bicep:12 module part is for a resourceGroup, and has no scope",
    ],
    [
      "a type that is not exported",
      "types.bicep",
      "@export()\n",
      "",
      "main.bicep:2 imports thing, which types.bicep does not export",
    ],
    [
      "a file that is not there",
      "part.bicep",
      "account.json",
      "acount.json",
      "part.bicep:7 loads acount.json, which is not there",
    ],
    [
      "a name that is there twice",
      "part.bicep",
      "resource vault",
      "resource account",
      "part.bicep:9 account is there twice",
    ],
    ["what is no Bicep", "part.bicep", "resource account '", "resource account = '", "part.bicep:5 is no Bicep"],
    [
      "a parameter file for nothing",
      "main.bicepparam",
      "'main.bicep'",
      "'mine.bicep'",
      "main.bicepparam:1 is for mine.bicep, which is not there",
    ],
    [
      "a parameter that a file does not give",
      "main.bicepparam",
      "param things = []\n",
      "",
      "main.bicepparam:1 main.bicep wants the parameter things",
    ],
    [
      "an unknown type",
      "part.bicep",
      "storageAccounts@",
      "storageAccount@",
      "part.bicep:5 resource account: Microsoft.Storage/storageAccount is not a known type",
    ],
    [
      "another API version",
      "part.bicep",
      "2025-06-01",
      "2019-06-01",
      "part.bicep:5 resource account: Microsoft.Storage/storageAccounts is 2019-06-01, elsewhere 2025-06-01",
    ],
    [
      "a name that can be too long",
      "main.bicep",
      "'st${uniqueString(name)}'",
      "'storage${uniqueString(name)}-${name}'",
      "main.bicep:16 name of module part can have 31 characters; 24 are allowed",
    ],
    [
      "a name without a bound",
      "part.bicep",
      "@maxLength(24)\n",
      "",
      "part.bicep:5 the name of resource account can have any number of characters; 24 are allowed",
    ],
    ["a secret in an output", "part.bicep", "= account.id", "= secret", "part.bicep:17 a secret goes into id"],
    [
      "a secret in a setting",
      "part.bicep",
      "loadJsonContent('account.json')",
      "{ text: 'x${secret}' }",
      "part.bicep:7 a secret goes into account.properties.text",
    ],
    [
      "a secret for a parameter that is not secure",
      "part.bicep",
      "@secure()\n",
      "",
      "main.bicep:17 a secret goes into part.params.secret",
    ],
    [
      "keys of a service",
      "part.bicep",
      "= account.id",
      "= account.listKeys().keys[0].value",
      "part.bicep:17 asks for keys: account.listKeys",
    ],
  ])("find %s", (_, file, from, to, mistake) => {
    expect(mistakesWith(file, from, to).join("\n")).toContain(mistake);
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
