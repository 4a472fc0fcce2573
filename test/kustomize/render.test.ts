import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { KustomizeError } from "../../kustomize/kustomize-error.ts";
import { renderKustomization, renderToYaml } from "../../kustomize/render.ts";
import { cases, filesOf, GOLDEN } from "./fixtures.ts";

const { accepted, refused, stricter } = cases();

/** What the real kustomize made of it; see scripts/kustomize-goldens.ts. */
function goldenOf(name: string): string {
  return readFileSync(join(GOLDEN, `${name}.yaml`), "utf8");
}

function documentsOf(text: string): unknown[] {
  const documents = parseAllDocuments(text);
  return Array.isArray(documents) ? documents.map((document) => document.toJS()) : [];
}

describe("a kustomization", () => {
  it.each(accepted)("$name is printed as kubectl prints it, byte for byte", ({ name, tree, directory }) => {
    expect(renderToYaml(directory, filesOf(tree))).toBe(goldenOf(name));
  });

  it.each(accepted)("$name has the objects that kubectl prints, in its order", ({ name, tree, directory }) => {
    expect(renderKustomization(directory, filesOf(tree))).toEqual(documentsOf(goldenOf(name)));
  });

  it.each([...refused, ...stricter])("$name is refused, and the file is named", ({ tree, directory }) => {
    expect(() => renderKustomization(directory, filesOf(tree))).toThrow(KustomizeError);
  });

  it("has a golden for every fixture that is rendered, and no other", () => {
    const expected = accepted.map(({ name }) => `${name}.yaml`);
    expect(readdirSync(GOLDEN).toSorted()).toEqual(expected.toSorted());
  });
});
