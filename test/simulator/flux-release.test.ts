import { beforeEach, describe, expect, it } from "vitest";
import type { ChartRequest } from "../../simulator/flux/chart-catalog.ts";
import { configMap, type FluxHarness, kustomization, manifests, repository, startFlux } from "./flux-harness.ts";
import { deployment } from "./kubernetes-harness.ts";

const MERGE = "application/merge-patch+json";
const release = (spec: object = {}) => ({
  kind: "HelmRelease",
  metadata: { name: "cart" },
  spec: {
    interval: "10m",
    timeout: "1m",
    targetNamespace: "default",
    chart: { spec: { chart: "cart", version: "1.2.0", sourceRef: { kind: "HelmRepository", name: "charts" } } },
    ...spec,
  },
});

let flux: FluxHarness;
let asked: ChartRequest[];
let objects: object[];

beforeEach(async () => {
  asked = [];
  objects = [deployment("cart", 1)];
  const charts = {
    find(request: ChartRequest) {
      asked.push(request);
      if (request.version !== "1.2.0" && request.version !== "1.3.0") return undefined;
      return { version: request.version, appVersion: "7", objects: objects as never };
    },
  };
  const tags = {
    tagsOf: (image: string) => (image.endsWith("cart") ? ["1.0.0", "1.4.2", "2.0.0", "latest"] : undefined),
  };
  const commits = (_url: string, _branch: string, _message: string, files: ReadonlyMap<string, string>) => {
    for (const [path, text] of files) flux.files.set(path, text);
    flux.commit("cccc");
    return "cccccccccc";
  };
  flux = startFlux({ ports: { charts, tags, writer: { commit: commits } } });
  await flux.put(
    {
      kind: "HelmRepository",
      metadata: { name: "charts" },
      spec: { url: "https://charts.example.com", interval: "1h" },
    },
    repository,
  );
  flux.clock.advance(5);
});

const statusOf = () => flux.flux("HelmRelease", "cart")?.status as Record<string, never>;

describe("a HelmRelease", () => {
  it("installs its chart with its values, waits for it, and upgrades to another version", async () => {
    await flux.put(
      { kind: "Secret", metadata: { name: "more" }, stringData: { "values.yaml": "size: 2\nlimits: {cpu: 1}" } },
      release({ values: { limits: { memory: 5 } }, valuesFrom: [{ kind: "Secret", name: "more" }] }),
    );
    flux.clock.advance(60);
    expect(asked[0]).toMatchObject({ releaseName: "default-cart", values: { size: 2, limits: { cpu: 1, memory: 5 } } });
    expect(flux.condition("HelmRelease", "cart")).toBe(
      "True InstallSucceeded: Helm install succeeded for release default/default-cart.v1 with chart cart@1.2.0",
    );
    const path = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-system/helmreleases/cart";
    await flux.call("PATCH", path, { spec: { chart: { spec: { version: "1.3.0" } } } }, MERGE);
    flux.clock.advance(60);
    expect(flux.condition("HelmRelease", "cart")).toMatch(/^True UpgradeSucceeded/);
    expect(statusOf()).toMatchObject({
      lastAttemptedRevision: "1.3.0",
      lastAttemptedReleaseAction: "upgrade",
      history: [
        { version: 2, status: "deployed", chartVersion: "1.3.0" },
        { version: 1, status: "superseded", chartVersion: "1.2.0" },
      ],
    });
  });

  it.each<[string, object, string]>([
    [
      "a missing version",
      { chart: { spec: { chart: "cart", version: "9.9.9", sourceRef: { kind: "HelmRepository", name: "charts" } } } },
      "False SourceNotReady: HelmChart 'flux-system/flux-system-cart' is not ready: chart pull error: failed to get chart version for remote reference: no 'cart' chart with version matching '9.9.9' found",
    ],
    [
      "a missing repository",
      { chart: { spec: { chart: "cart", version: "1.2.0", sourceRef: { kind: "HelmRepository", name: "nowhere" } } } },
      `helmrepositories.source.toolkit.fluxcd.io "nowhere" not found`,
    ],
    [
      "missing values",
      { valuesFrom: [{ kind: "Secret", name: "more" }] },
      `False ValuesError: could not resolve Secret chart values reference 'flux-system/more' with key 'values.yaml': secrets "more" not found`,
    ],
    [
      "a missing dependency",
      { dependsOn: [{ name: "base" }] },
      "False DependencyNotReady: dependency 'flux-system/base' not found",
    ],
    [
      "a missing namespace",
      { targetNamespace: "nowhere", install: { remediation: { retries: 3 } } },
      `False InstallFailed: Helm install failed for release nowhere/nowhere-cart with chart cart@1.2.0: create: failed to create: namespaces "nowhere" not found`,
    ],
  ])("tells of %s as Flux does", async (_, spec, message) => {
    await flux.put(release(spec));
    flux.clock.advance(10);
    expect(flux.condition("HelmRelease", "cart")).toContain(message);
  });

  it("needs the definitions of what its chart makes", async () => {
    objects = [{ apiVersion: "example.com/v1", kind: "Boat", metadata: { name: "ann" } }];
    await flux.put(release());
    flux.clock.advance(10);
    expect(flux.condition("HelmRelease", "cart")).toContain('no matches for kind "Boat" in version "example.com/v1"');
    expect(flux.condition("HelmRelease", "cart")).toContain("ensure CRDs are installed first");
  });

  it("stalls when its retries are used up, and starts over when its spec changes", async () => {
    objects = [deployment("cart", 1, { nodeSelector: { no: "where" } })];
    await flux.put(release({ install: { remediation: { retries: 1 } } }));
    flux.clock.advance(300);
    expect(flux.condition("HelmRelease", "cart", "Stalled")).toBe(
      "True RetriesExceeded: Failed to install after 2 attempt(s)",
    );
    expect(flux.condition("HelmRelease", "cart")).toContain("context deadline exceeded");
    const failures = statusOf().failures;
    flux.clock.advance(1_200);
    expect(statusOf().failures).toBe(failures);
    objects = [deployment("cart", 1)];
    const path = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-system/helmreleases/cart";
    await flux.call("PATCH", path, { spec: { values: { fixed: true } } }, MERGE);
    flux.clock.advance(60);
    expect(flux.condition("HelmRelease", "cart")).toMatch(/^True/);
    expect(flux.condition("HelmRelease", "cart", "Stalled")).toBeUndefined();
  });
});

describe("images", () => {
  const imageRepository = (image: string) => ({
    kind: "ImageRepository",
    metadata: { name: "cart" },
    spec: { image, interval: "5m" },
  });
  const policy = (spec: object) => ({
    kind: "ImagePolicy",
    metadata: { name: "cart" },
    spec: { imageRepositoryRef: { name: "cart" }, ...spec },
  });

  it.each<[object, string]>([
    [{ policy: { semver: { range: "1.x" } } }, "1.4.2"],
    [{ policy: { alphabetical: { order: "asc" } } }, "latest"],
    [
      {
        policy: { numerical: { order: "asc" } },
        filterTags: { pattern: "^(?P<major>\\d+)\\.0\\.0$", extract: "$major" },
      },
      "2.0.0",
    ],
  ])("by the policy %j are %s", async (spec, tag) => {
    await flux.put(imageRepository("registry.example.com/shop/cart"), policy(spec));
    flux.clock.advance(10);
    expect(flux.flux("ImagePolicy", "cart")?.status).toMatchObject({
      latestRef: { name: "registry.example.com/shop/cart", tag },
    });
  });

  it("that nobody knows fail the scan", async () => {
    await flux.put(imageRepository("registry.example.com/shop/nothing"));
    flux.clock.advance(10);
    expect(flux.condition("ImageRepository", "cart")).toMatch(/^False ReadOperationFailed: .*NAME_UNKNOWN/);
  });

  it("are written where the files ask for them, committed, and rolled out", async () => {
    const image = 'image: registry.example.com/shop/cart:1.0.0 # {"$imagepolicy": "flux-system:cart"}';
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: cart, namespace: default}\nspec:\n  containers:\n    - name: main\n      ${image}\n`;
    flux.files.set("apps/a.yaml", manifests(configMap("one")));
    flux.files.set("apps/pod.yaml", pod);
    await flux.put(
      imageRepository("registry.example.com/shop/cart"),
      policy({ policy: { semver: { range: "1.x" } } }),
      kustomization("apps"),
      {
        kind: "ImageUpdateAutomation",
        metadata: { name: "updates" },
        spec: { interval: "1m", sourceRef: { kind: "GitRepository", name: "fleet" }, update: { path: "./apps" } },
      },
    );
    flux.clock.advance(200);
    expect(flux.files.get("apps/pod.yaml")).toContain('shop/cart:1.4.2 # {"$imagepolicy"');
    expect(flux.flux("ImageUpdateAutomation", "updates")?.status).toMatchObject({ lastPushCommit: "cccccccccc" });
    const running = flux.cluster.table("pods").get("default", "cart");
    expect(running.spec.containers[0]?.image).toBe("registry.example.com/shop/cart:1.4.2");
    expect(flux.condition("ImageUpdateAutomation", "updates")).toBe("True Succeeded: repository up-to-date");
  });
});
