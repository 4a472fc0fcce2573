import { describe, expect, it } from "vitest";
import { renderKustomization } from "../render.ts";
import type { ResolveRemote } from "./folder.ts";

const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const remote: Readonly<Record<string, string>> = {
  "base/kustomization.yaml": "namePrefix: far-\nresources: [a.yaml]\n",
  "base/a.yaml": map("a"),
};

const resolveRemote: ResolveRemote = (url) => {
  if (url === "https://example.org/one.yaml") return { text: map("one") };
  if (url === "https://example.org/org/repo//base?ref=v1") {
    return { directory: "base", readFile: (path) => remote[path] };
  }
  return undefined;
};

function names(resource: string, options = { resolveRemote }): string[] {
  const readFile = (path: string) => (path === "kustomization.yaml" ? `resources: ["${resource}"]\n` : undefined);
  return renderKustomization("", readFile, options).map(({ metadata }) => metadata.name);
}

describe("a remote resource", () => {
  it.each([
    ["https://example.org/one.yaml", ["one"]],
    ["https://example.org/org/repo//base?ref=v1", ["far-a"]],
  ])("%s is rendered when it is at hand", (url, expected) => {
    expect(names(url)).toEqual(expected);
  });

  it("is refused when it is not", () => {
    expect(() => names("https://example.org/two.yaml")).toThrow(
      "kustomization.yaml: remote resource https://example.org/two.yaml is not at hand; vendor it into the repository",
    );
  });
});
