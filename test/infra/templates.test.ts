import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProject } from "./bicep/bicep-project.ts";
import { nameMistakes, typeMistakes } from "./bicep/check-resources.ts";
import { secretMistakes } from "./bicep/check-secrets.ts";
import { symbolMistakes } from "./bicep/check-symbols.ts";
import { RESOURCE_TYPES } from "./bicep/resource-types.ts";

const INFRA = join(import.meta.dirname, "../../infra");
const project = readProject(INFRA);

describe("the templates in infra/", () => {
  it("resolve: every name, module, parameter, output and file, and nothing is there for nothing", () => {
    expect(symbolMistakes(project)).toEqual([]);
  });

  it("use types and API versions that are known, of each type one version", () => {
    expect(typeMistakes(project, RESOURCE_TYPES)).toEqual([]);
  });

  it("name nothing longer than its service takes", () => {
    expect(nameMistakes(project, RESOURCE_TYPES)).toEqual([]);
  });

  it("let a secret into the vault alone, and ask for no keys", () => {
    expect(secretMistakes(project)).toEqual([]);
  });
});
