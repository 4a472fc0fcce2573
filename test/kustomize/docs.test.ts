import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KUSTOMIZATION_FIELDS } from "../../kustomize/kustomization/kustomization.ts";
import { KustomizeError } from "../../kustomize/kustomize-error.ts";
import { renderKustomization } from "../../kustomize/render.ts";

const rows = new Map(
  [
    ...readFileSync(join(import.meta.dirname, "../../docs/kustomize.md"), "utf8").matchAll(/^\| `(\w+)` \| (.*) \|$/gm),
  ].map(([, field = "", how = ""]) => [field, how]),
);

/** Whether a field is refused, whatever it says. */
function isRefused(field: string): boolean {
  try {
    renderKustomization("", (path) => (path === "kustomization.yaml" ? `${field}: [{name: a}]\n` : undefined));
  } catch (error) {
    return error instanceof KustomizeError && error.message.includes(`${field} is not supported; `);
  }
  return false;
}

describe("docs/kustomize.md", () => {
  it("names every field of a kustomization, and no other", () => {
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(KUSTOMIZATION_FIELDS).toSorted());
  });

  it("says refused of the fields that are refused, and of no other", () => {
    const said = [...rows].filter(([, how]) => how.startsWith("refused")).map(([field]) => field);
    expect(said.toSorted()).toEqual(Object.keys(KUSTOMIZATION_FIELDS).filter(isRefused).toSorted());
  });
});
