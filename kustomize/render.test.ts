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
      "a field that is not supported",
      withPod("patches: []\nimages: []\n"),
      "app/kustomization.yaml: uses patches, images;",
    ],
    ["another kind", withPod("kind: Component\n"), "app/kustomization.yaml: is a Component, not a Kustomization"],
    ["a list in place of a kustomization's mapping", withPod("- a\n"), "app/kustomization.yaml: "],
    ["a text in place of a kustomization", withPod("hello\n"), "app/kustomization.yaml: is not a kustomization"],
    [
      "two documents",
      withPod("resources: []\n---\nresources: []\n"),
      "app/kustomization.yaml: holds more than one document",
    ],
    ["resources that are no list", withPod("resources: pod.yaml\n"), "resources must be a list of paths"],
    ["resources that are no paths", withPod("resources: [{}]\n"), "resources must be a list of paths"],
    ["a namespace that is no name", withPod("namespace: 7\n"), "namespace must be a name"],
    ["a remote resource", withPod(kustomization("https://example.org/a.yaml")), "is not supported; vendor it"],
    ["a remote Git folder", withPod(kustomization("git@example.org:a/b")), "is not supported; vendor it"],
    ["an absolute path", withPod(kustomization("/etc/pod.yaml")), "must be a relative path"],
    [
      "a file outside of its folder",
      { ...withPod(kustomization("../other/pod.yaml")), "other/pod.yaml": pod },
      "resource ../other/pod.yaml is a file outside of app; name its folder instead",
    ],
    [
      "a circle",
      { "app/kustomization.yaml": kustomization("../base"), "base/kustomization.yaml": kustomization("../app") },
      "app/kustomization.yaml: includes itself: app -> base -> app",
    ],
    ["the same object twice", withPod(kustomization("pod.yaml", "pod.yaml")), "v1 Pod default/cart is there twice"],
    [
      "two objects that a namespace makes one",
      {
        "app/kustomization.yaml": `namespace: shop\n${kustomization("all.yaml")}`,
        "app/all.yaml": `${object("Pod", "cart", "a")}---\n${object("Pod", "cart", "b")}`,
      },
      "v1 Pod shop/cart is there twice",
    ],
    ["broken YAML", withResource("a: [\n"), "app/pod.yaml: "],
    ["a document that is no object", withResource("- a\n"), "app/pod.yaml: holds a document that is not an object"],
    ["an object without apiVersion", withResource("kind: Pod\n"), "app/pod.yaml: holds an object without apiVersion"],
    ["an object without kind", withResource("apiVersion: v1\n"), "app/pod.yaml: holds an object without kind"],
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
    ["a List", withResource("apiVersion: v1\nkind: List\nitems: []\n"), "holds a List, not a resource"],
    ...["2026-03-01", "1_000", "0b11", "0789"].map((scalar): [string, Files, string] => [
      `a scalar that tools read in different ways: ${scalar}`,
      withResource(`${pod}spec: {value: ${scalar}}\n`),
      `app/pod.yaml: ${scalar} is read in different ways by different tools; put it in quotes`,
    ]),
  ])("is refused with %s, by file and problem", (_what, files, message) => {
    expect(() => render(files)).toThrow(KustomizeError);
    expect(() => render(files)).toThrow(message);
  });
});
