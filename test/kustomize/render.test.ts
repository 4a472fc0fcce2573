import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { renderKustomization } from "../../kustomize/render.ts";

const root = join(import.meta.dirname, "../..");
const GOLDEN = "test/kustomize/golden";

/** What the real kustomize made of it; see scripts/kustomize-goldens.ts. It quotes what could be read in two ways. */
function goldenOf(name: string): unknown[] {
  const text = readFileSync(join(root, GOLDEN, `${name}.yaml`), "utf8");
  const documents = parseAllDocuments(text);
  return Array.isArray(documents) ? documents.map((document) => document.toJS()) : [];
}

function rendered(base: string, directory: string): unknown[] {
  return renderKustomization(directory, (path) => {
    const stat = statSync(join(root, base, path), { throwIfNoEntry: false });
    return stat?.isFile() ? readFileSync(join(root, base, path), "utf8") : undefined;
  });
}

const clusters = readdirSync(join(root, "fleet/clusters"));
const cases = readdirSync(join(root, "test/kustomize/cases"));

describe("a kustomization", () => {
  it.each(clusters)("of the sample fleet's cluster %s comes out as kustomize makes it, order included", (name) => {
    expect(rendered("fleet", `clusters/${name}`)).toEqual(goldenOf(name));
  });

  it.each(cases)("of the case %s comes out as kustomize makes it, order included", (name) => {
    expect(rendered("test/kustomize/cases", name)).toEqual(goldenOf(name));
  });

  it("has a golden for every cluster and case, and no other", () => {
    const expected = [...clusters, ...cases].map((name) => `${name}.yaml`);
    expect(readdirSync(join(root, GOLDEN)).toSorted()).toEqual(expected.toSorted());
  });
});
