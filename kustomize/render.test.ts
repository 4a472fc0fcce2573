import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { KustomizeError } from "./kustomize-error.ts";
import { renderKustomization } from "./render.ts";

type Files = Readonly<Record<string, string>>;

function render(files: Files, directory = "app"): string[] {
  const resources = renderKustomization(directory, (path) => files[path]);
  return resources.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`);
}

function object(kind: string, name: string, namespace?: string): string {
  return stringify({ apiVersion: "v1", kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
}

function kustomization(...resources: string[]): string {
  return stringify({ resources });
}

const pod = object("Pod", "cart");

describe("a kustomization", () => {
  it.each<[string, Files, string[]]>([
    [
      "takes files, and folders with a kustomization of their own",
      {
        "app/kustomization.yaml": kustomization("pod.yaml", "../base"),
        "app/pod.yaml": pod,
        "base/kustomization.yml": kustomization("./config/map.yaml"),
        "base/config/map.yaml": object("ConfigMap", "settings"),
      },
      ["ConfigMap -/settings", "Pod -/cart"],
    ],
    [
      "takes every document of a file, and no empty ones",
      {
        "app/Kustomization": kustomization("all.yaml"),
        "app/all.yaml": `---\n${pod}---\n---\n${object("Pod", "shop")}`,
      },
      ["Pod -/cart", "Pod -/shop"],
    ],
    [
      "moves what is namespaced",
      {
        "app/kustomization.yaml": `namespace: shop\n${kustomization("all.yaml")}`,
        "app/all.yaml": `${object("Namespace", "x")}---\n${object("Pod", "cart", "old")}---\n${object("Node", "n1")}`,
      },
      ["Namespace -/shop", "Node -/n1", "Pod shop/cart"],
    ],
    [
      "may hold the same name in two namespaces",
      {
        "app/kustomization.yaml": kustomization("all.yaml"),
        "app/all.yaml": `${object("Pod", "cart", "a")}---\n${object("Pod", "cart", "b")}`,
      },
      ["Pod a/cart", "Pod b/cart"],
    ],
    ["may be empty", { "app/kustomization.yaml": "resources: []\n" }, []],
  ])("%s", (_rule, files, expected) => {
    expect(render(files)).toEqual(expected);
  });

  const withPod = (text: string): Files => ({ "app/kustomization.yaml": text, "app/pod.yaml": pod });
  const withResource = (text: string): Files => ({
    "app/kustomization.yaml": kustomization("pod.yaml"),
    "app/pod.yaml": text,
  });

  it.each<[string, Files, string]>([
    ["no kustomization", {}, "app: neither a file nor a folder with a kustomization.yaml"],
    [
      "a resource that is not there",
      withPod(kustomization("gone.yaml")),
      "app/gone.yaml: neither a file nor a folder with a kustomization.yaml (a resource of app)",
    ],
    [
      "two kustomizations",
      { ...withPod(kustomization("pod.yaml")), "app/Kustomization": "" },
      "app/Kustomization: found beside app/kustomization.yaml; keep one of them",
    ],
    [
      "a field that there is not",
      withPod("namePrefix: a-\nresource: [pod.yaml]\n"),
      "app/kustomization.yaml: line 2: resource is no field; did you mean resources?",
    ],
    [
      "a field that is not supported",
      withPod("resources: [pod.yaml]\nhelmCharts: [{name: a}]\n"),
      "app/kustomization.yaml: line 2: helmCharts is not supported; render the chart with helm template",
    ],
    [
      "a deep field that there is not",
      withPod("resources: [pod.yaml]\npatches:\n- patch: a\n  target: {names: a}\n"),
      "app/kustomization.yaml: line 4: patches[0].target.names is no field; did you mean name?",
    ],
    [
      "another kind",
      withPod("kind: Deployment\n"),
      "app/kustomization.yaml: is a Deployment, not a Kustomization or a Component",
    ],
    [
      "a component in place of a kustomization",
      { ...withPod("resources: [c]\n"), "app/c/kustomization.yaml": "kind: Component\nnamePrefix: a-\n" },
      "app/c/kustomization.yaml: is a Component; name it under components of app/kustomization.yaml",
    ],
    ["a list in place of a kustomization's mapping", withPod("- a\n"), "app/kustomization.yaml: "],
    ["a text in place of a kustomization", withPod("hello\n"), "app/kustomization.yaml: is not a kustomization"],
    [
      "two documents",
      withPod("resources: []\n---\nresources: []\n"),
      "app/kustomization.yaml: holds more than one document",
    ],
    ["resources that are no list", withPod("resources: pod.yaml\n"), "line 1: resources must be a list"],
    ["resources that are no paths", withPod("resources: [{}]\n"), "line 1: resources[0] must be text"],
    ["a namespace that is no name", withPod("namespace: 7\n"), "line 1: namespace must be text; put 7 in quotes"],
    [
      "a remote resource",
      withPod(kustomization("https://example.org/a.yaml")),
      "is not at hand; vendor it into the repository",
    ],
    [
      "a remote Git folder",
      withPod(kustomization("git@example.org:a/b")),
      "is not at hand; vendor it into the repository",
    ],
    ["an absolute path", withPod(kustomization("/etc/pod.yaml")), "must be a relative path"],
    [
      "a file outside of its folder",
      { ...withPod(kustomization("../other/pod.yaml")), "other/pod.yaml": pod },
      "app/kustomization.yaml: ../other/pod.yaml is a file outside of app; name its folder",
    ],
    [
      "a circle",
      { "app/kustomization.yaml": kustomization("../base"), "base/kustomization.yaml": kustomization("../app") },
      "base/kustomization.yaml: ../app leads back to app, which contains app: a circle",
    ],
    [
      "the same object twice",
      withPod(kustomization("pod.yaml", "pod.yaml")),
      "app/kustomization.yaml: Pod.v1.[noGrp]/cart.[noNs] is there twice",
    ],
    [
      "two objects that a namespace makes one",
      {
        "app/kustomization.yaml": `namespace: shop\n${kustomization("all.yaml")}`,
        "app/all.yaml": `${object("Pod", "cart", "a")}---\n${object("Pod", "cart", "b")}`,
      },
      "in namespace shop, Pod.v1.[noGrp]/cart.shop is there twice",
    ],
    ["broken YAML", withResource("a: [\n"), "app/pod.yaml: "],
    [
      "a document that is no object",
      withResource("- a\n"),
      "app/pod.yaml: line 1: holds a document that is not an object",
    ],
    [
      "an object without apiVersion",
      withResource("kind: Pod\nmetadata: {name: a}\n"),
      "app/pod.yaml: holds an object without apiVersion",
    ],
    ["an object without kind", withResource("apiVersion: v1\n"), "app/pod.yaml: line 1: holds an object without kind"],
    ["an object without a name", withResource("apiVersion: v1\nkind: Pod\n"), "holds a Pod without metadata.name"],
    [
      "a name that is a number",
      withResource("apiVersion: v1\nkind: Pod\nmetadata: {name: 7}\n"),
      "without metadata.name",
    ],
    [
      "a namespace that is a number",
      withResource("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: 7}\n"),
      "Pod a: metadata.namespace must be a name",
    ],
  ])("is refused with %s, by file and problem", (_what, files, message) => {
    expect(() => render(files)).toThrow(KustomizeError);
    expect(() => render(files)).toThrow(message);
  });
});
