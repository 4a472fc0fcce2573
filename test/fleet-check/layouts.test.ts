import { describe, expect, it } from "vitest";
import { repositoryIdentity, shownUrl } from "../../domain/fleet-check/flux/repository-url.ts";
import { mermaidGraph } from "../../domain/fleet-check/report/graph.ts";
import { check, type Files, kustomization, object, pod, SOUND, told, yaml } from "./fleet.ts";

const podFile = yaml(pod("default/a"));
const names = (files: Files) =>
  check(files).clusters.map(({ name, path, objects }) => `${name} ${path || "."} ${objects}`);
const git = (at: string, url: string) => object("source.toolkit.fluxcd.io/v1", "GitRepository", at, { spec: { url } });

describe("the clusters of a repository", () => {
  it.each<[string, Files, string[]]>([
    ["that bootstrap themselves are those, with all that they apply", SOUND, ["prod clusters/prod 7"]],
    [
      "without a bootstrap are the folders below clusters, at any depth",
      { "clusters/weu/a/pod.yaml": podFile, "clusters/weu/b/pod.yaml": podFile, "clusters/neu/pod.yaml": podFile },
      ["a clusters/weu/a 1", "b clusters/weu/b 1", "neu clusters/neu 1"],
    ],
    [
      "are not parts of one",
      {
        "clusters/weu/apps/pod.yaml": podFile,
        "clusters/weu/infrastructure/ns.yaml": yaml(object("v1", "Namespace", "x")),
      },
      ["weu clusters/weu 2"],
    ],
    [
      "in environments as folders are the kustomizations that no other one takes in",
      {
        "base/kustomization.yaml": "resources: \n  - pod.yaml\n",
        "base/pod.yaml": podFile,
        "environments/dev/kustomization.yaml": "resources:\n  - ../../base\n",
        "environments/prod/kustomization.yaml": "resources:\n  - ../../base\n",
      },
      ["dev environments/dev 1", "prod environments/prod 1"],
    ],
    [
      "in a repository of one cluster are that one",
      {
        "flux-system/gotk-sync.yaml": `${yaml(git("flux-system/flux-system", "https://git.example.com/one"))}---\n${kustomization("flux-system", { path: "./" })}`,
        "pod.yaml": podFile,
      },
      ["cluster . 3"],
    ],
    [
      "of the Flux operator are what its instances sync",
      {
        "clusters/weu/flux.yaml": yaml(
          object("fluxcd.controlplane.io/v1", "FluxInstance", "flux-system/flux", {
            spec: { sync: { kind: "GitRepository", url: "https://git.example.com/one", path: "clusters/weu" } },
          }),
        ),
        "clusters/weu/pod.yaml": podFile,
      },
      ["weu clusters/weu 2"],
    ],
  ])("%s", (_what, files, expected) => {
    expect(names(files)).toEqual(expected);
  });

  it("are none in a folder without manifests", () => {
    expect(names({ "README.md": "# nothing" })).toEqual([]);
  });
});

describe("a source", () => {
  it.each([
    ["https://git.example.com/Fleet.git", "ssh://git@git.example.com:22/fleet"],
    ["git@git.example.com:team/fleet.git", "https://user:secret@git.example.com/team/fleet"],
    ["https://dev.azure.com/org/project/_git/fleet", "git@ssh.dev.azure.com:v3/org/project/fleet"],
  ])("%s is the same as %s", (one, other) => {
    expect(repositoryIdentity(one)).toBe(repositoryIdentity(other));
  });

  it("is shown without what opens it", () => {
    expect(shownUrl("https://user:secret@git.example.com/a?token=secret")).toBe("https://git.example.com/a");
  });

  it("that an ArtifactGenerator copies from this repository is followed to its folder", () => {
    const files = {
      ...SOUND,
      "clusters/prod/artifacts.yaml": yaml(
        object("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator", "flux-system/all", {
          spec: {
            sources: [{ alias: "mono", kind: "GitRepository", name: "flux-system" }],
            artifacts: [{ name: "apps", copy: [{ from: "@mono/apps/**", to: "@artifact/live/" }] }],
          },
        }),
      ),
      "clusters/prod/apps.yaml": kustomization("apps", {
        path: "./live",
        dependsOn: [{ name: "infra" }],
        sourceRef: { kind: "ExternalArtifact", name: "apps" },
      }),
    };
    expect(told(check(files))).toEqual([]);
    expect(check(files).clusters[0]?.objects).toBe(8);
  });
});

describe("what cannot be read here", () => {
  const elsewhere = {
    "clusters/prod/tenant.yaml": `${yaml(git("flux-system/tenant", "https://git.example.com/tenant"))}---\n${kustomization("tenant", { path: "./", sourceRef: { kind: "GitRepository", name: "tenant" } })}`,
  };

  it("may bring what is missing, which is no blocker then", () => {
    const missing = { "apps/more.yaml": yaml(pod("pay/pay")) };
    expect(told(check({ ...SOUND, ...missing }))).toContain("blocker NamespaceMissing apps/more.yaml:5");
    expect(told(check({ ...SOUND, ...missing, ...elsewhere }))).toContain("warning NamespaceMissing apps/more.yaml:5");
  });

  it("is drawn in the graph as such", () => {
    const [cluster] = check({ ...SOUND, ...elsewhere }).clusters;
    expect(cluster && mermaidGraph(cluster.tree)).toContain('["flux-system/tenant"]:::unread');
  });

  it("is not looked for where a bootstrap names it", () => {
    const files = {
      ...SOUND,
      "apps/issuer.yaml": yaml(object("cert-manager.io/v1", "ClusterIssuer", "x", { spec: {} })),
      "bootstrap/helmfile.yaml": "releases:\n  - name: cert-manager\n    chart: oci://cert-manager.io/charts\n",
    };
    expect(told(check(files))).toEqual(["info DefinitionMissing apps/issuer.yaml:2"]);
  });
});
