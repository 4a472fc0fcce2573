// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { withCommonMetadata } from "./common-metadata.ts";
import { buildFluxKustomization, type FluxBuild } from "./flux-build.ts";
import { substituteVariables } from "./post-build.ts";

type Files = Readonly<Record<string, string>>;

function object(kind: string, name: string, more: object = {}): string {
  return stringify({ apiVersion: "v1", kind, metadata: { name }, ...more });
}

function build(files: Files, spec: Partial<FluxBuild> = {}) {
  return buildFluxKustomization({
    path: "./apps",
    files: Object.keys(files),
    readFile: (path) => files[path],
    ...spec,
  });
}

function names(files: Files, spec: Partial<FluxBuild> = {}): string[] {
  return build(files, { path: "apps", ...spec }).map(
    ({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`,
  );
}

const pod = object("Pod", "cart", { spec: { containers: [{ name: "a", image: "shop/cart:1" }] } });
const overlay = { "apps/kustomization.yaml": "resources: [pod.yaml]\n", "apps/pod.yaml": pod };

describe("a folder without a kustomization", () => {
  it("is all manifests below it, and folders with a kustomization of their own as a whole", () => {
    const files = {
      "apps/a.yaml": object("ConfigMap", "a"),
      "apps/deep/er/b.yml": object("ConfigMap", "b"),
      "apps/own/kustomization.yaml": "namePrefix: own-\nresources: [c.yaml]\n",
      "apps/own/c.yaml": object("ConfigMap", "c"),
      "apps/own/not-named.yaml": object("ConfigMap", "not-named"),
      "apps/notes.md": "# notes",
      "apps/.github/workflows/ci.yaml": "on: push\n",
      "apps/.sops.yaml": "creation_rules: []\n",
      "elsewhere/d.yaml": object("ConfigMap", "d"),
    };
    expect(names(files)).toEqual(["ConfigMap -/a", "ConfigMap -/b", "ConfigMap -/own-c"]);
  });

  it("is refused with a manifest that holds no object, by file", () => {
    expect(() => names({ "apps/values.yaml": "replicas: 2\n" })).toThrow("apps/values.yaml: line 1: holds an object");
  });

  it("may be empty", () => {
    expect(names({ "apps/README.md": "nothing here" })).toEqual([]);
  });
});

describe("a Kustomization of Flux", () => {
  it.each<[string, Partial<FluxBuild>, string[]]>([
    ["moves what it builds", { targetNamespace: "shop" }, ["Pod shop/cart"]],
    ["puts text before and after names", { namePrefix: "a-", nameSuffix: "-z" }, ["Pod -/a-cart-z"]],
    [
      "patches",
      { patches: [{ patch: "- {op: add, path: /metadata/namespace, value: ops}\n", target: { kind: "Pod" } }] },
      ["Pod ops/cart"],
    ],
    ["adds components", { components: ["../parts"] }, ["ConfigMap -/part", "Pod -/cart"]],
    [
      "leaves out components that are not there, when told so",
      { components: ["../gone"], ignoreMissingComponents: true },
      ["Pod -/cart"],
    ],
  ])("%s", (_what, spec, expected) => {
    const parts = {
      "parts/kustomization.yaml": "kind: Component\nresources: [c.yaml]\n",
      "parts/c.yaml": object("ConfigMap", "part"),
    };
    expect(names({ ...overlay, ...parts }, spec)).toEqual(expected);
  });

  it("changes images over what the folder says, tag and digest together", () => {
    const files = {
      ...overlay,
      "apps/kustomization.yaml":
        "resources: [pod.yaml]\nimages: [{name: shop/cart, newName: mirror/cart, digest: sha256:0}]\n",
    };
    const [built] = build(files, { images: [{ name: "shop/cart", newTag: "2" }] });
    expect(built?.spec).toEqual({ containers: [{ name: "a", image: "mirror/cart:2" }] });
  });

  it("may name files anywhere in its source, which kubectl refuses", () => {
    expect(names({ "apps/kustomization.yaml": "resources: [../shared/pod.yaml]\n", "shared/pod.yaml": pod })).toEqual([
      "Pod -/cart",
    ]);
  });

  it("refuses components that are remote", () => {
    const components = ["https://example.org/parts"];
    expect(() => names(overlay, { components })).toThrow(
      "component path 'https://example.org/parts' must be local and relative",
    );
  });

  it("asks for the origin of what it generates when there are no resources", () => {
    const files = {
      "apps/kustomization.yaml":
        "configMapGenerator: [{name: a, literals: [x=1], options: {disableNameSuffixHash: true}}]\n",
    };
    expect(build(files)[0]?.metadata.annotations).toHaveProperty(["config.kubernetes.io/origin"]);
  });

  it("gives what it applies its labels and annotations, over their own", () => {
    const own = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", labels: { tier: "own", team: "own" } } };
    const common = { labels: { team: "shop" }, annotations: { note: "x" } };
    expect(withCommonMetadata(own, common).metadata).toEqual({
      name: "a",
      labels: { tier: "own", team: "shop" },
      annotations: { note: "x" },
    });
  });
});

describe("variables of a Kustomization", () => {
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { port: "${port}", text: "${text}" },
  };

  it("become what YAML reads them as, without line breaks", () => {
    const variables = new Map([
      ["port", "8080"],
      ["text", "one\ntwo"],
    ]);
    expect(substituteVariables(config, variables, false).data).toEqual({ port: 8080, text: "onetwo" });
  });

  it("are not looked for when there are none, or where they are switched off", () => {
    const off = {
      ...config,
      metadata: { name: "a", annotations: { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } },
    };
    expect(substituteVariables(config, new Map(), true)).toBe(config);
    expect(substituteVariables(off, new Map([["port", "1"]]), true)).toBe(off);
  });

  it("must have the names of variables", () => {
    expect(() => substituteVariables(config, new Map([["a-b", "secret"]]), false)).toThrow("'a-b' var name is invalid");
  });
});
