// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { describe, expect, it } from "vitest";
import { substituteInPlace } from "../../cli/fleet/substitute-in-place.ts";
import { substituteVariables } from "../../kustomize/flux/post-build.ts";

const variables = new Map([
  ["site", "weu-1"],
  ["port", "8080"],
  ["yes", "yes"],
  ["empty", ""],
  ["lines", "a\nb"],
  ["host", "shop.example.com"],
]);

const TEXTS = [
  "${site}",
  "a-${site}.b",
  "${port}",
  "p${port}",
  "${yes}",
  "${empty}",
  "x${empty}",
  "${lines}",
  "$${site}",
];
const MORE = [
  "${host}:443",
  "https://${host}/a",
  "${none}",
  "${none:-other}",
  "${site}: x",
  "# ${site}",
  "${site^^}",
  "$site",
];

describe("substitution in place", () => {
  it.each([...TEXTS, ...MORE])("of %j is what Flux makes of it, or is left to Flux's way", (text) => {
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data: { key: text, list: [text, 1] },
    };
    const quick = substituteInPlace(object, variables);
    if (quick !== undefined) expect(quick).toEqual(substituteVariables(object, variables, false));
  });

  it("is done where a name is put into text, and not where it would become a number or a truth value", () => {
    const quick = (text: string) => substituteInPlace({ text }, variables);
    expect(quick("a-${site}")).toEqual({ text: "a-weu-1" });
    expect([quick("${port}"), quick("${yes}"), quick("${empty}"), quick("$${site}")]).toEqual(Array(4).fill(undefined));
    expect(substituteInPlace({ text: "${site}" }, new Map([["not-a-name", "x"]]))).toBeUndefined();
  });
});
