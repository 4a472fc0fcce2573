import { beforeEach, describe, expect, it } from "vitest";
import { configMap, type FluxHarness, kustomization, manifests, repository, startFlux } from "./flux-harness.ts";
import { deployment } from "./kubernetes-harness.ts";

const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";
const MERGE = "application/merge-patch+json";
const path = (name: string) => `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/${name}`;

let flux: FluxHarness;
beforeEach(async () => {
  flux = startFlux();
  flux.files.set("apps/a.yaml", manifests(configMap("one"), configMap("two")));
  await flux.put(repository);
});

const configMaps = () =>
  flux.cluster
    .table("configmaps")
    .list("default")
    .map(({ metadata }) => metadata.name);
const statusOf = (name: string) => flux.flux("Kustomization", name)?.status as Record<string, unknown>;

describe("a GitRepository", () => {
  it("stores the newest revision, and tells it", () => {
    flux.clock.advance(5);
    expect(flux.condition("GitRepository", "fleet")).toBe(
      "True Succeeded: stored artifact for revision 'main@sha1:aaaa'",
    );
    expect(flux.flux("GitRepository", "fleet")?.status).toMatchObject({
      observedGeneration: 1,
      artifact: { revision: "main@sha1:aaaa" },
    });
  });

  it("keeps its artifact when the repository cannot be had, and says why", () => {
    flux.clock.advance(5);
    flux.breakSource({ reason: "GitOperationFailed", message: "unable to clone: connection refused" });
    flux.clock.advance(70);
    expect(flux.condition("GitRepository", "fleet")).toBe(
      "False GitOperationFailed: unable to clone: connection refused",
    );
    expect(flux.condition("GitRepository", "fleet", "FetchFailed")).toMatch(/^True/);
    expect(flux.flux("GitRepository", "fleet")?.status).toHaveProperty("artifact");
  });

  it("fails without the secret it names", async () => {
    await flux.put({
      ...repository,
      metadata: { name: "closed" },
      spec: { ...repository.spec, secretRef: { name: "key" } },
    });
    flux.clock.advance(5);
    expect(flux.condition("GitRepository", "closed")).toBe(
      `False AuthenticationFailed: failed to get secret 'flux-system/key': secrets "key" not found`,
    );
  });
});

describe("a Kustomization", () => {
  it("applies its path and reports revision and inventory", async () => {
    await flux.put(kustomization("apps"));
    flux.clock.advance(10);
    expect(configMaps()).toEqual(["one", "two"]);
    expect(flux.condition("Kustomization", "apps")).toBe(
      "True ReconciliationSucceeded: Applied revision: main@sha1:aaaa",
    );
    expect(statusOf("apps")).toMatchObject({
      observedGeneration: 1,
      lastAppliedRevision: "main@sha1:aaaa",
      inventory: {
        entries: [
          { id: "default_one__ConfigMap", v: "v1" },
          { id: "default_two__ConfigMap", v: "v1" },
        ],
      },
    });
    const [first] = flux.cluster.table("configmaps").list("default");
    expect(first?.metadata).toMatchObject({
      labels: { "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" },
      managedFields: [{ manager: "kustomize-controller", operation: "Apply" }],
    });
  });

  it("follows a new revision at the source's interval, and prunes what went", async () => {
    await flux.put(kustomization("apps"));
    flux.clock.advance(10);
    flux.files.set("apps/a.yaml", manifests(configMap("two"), configMap("three")));
    flux.commit("bbbb");
    flux.clock.advance(70);
    expect(configMaps()).toEqual(["three", "two"]);
    expect(statusOf("apps").lastAppliedRevision).toBe("main@sha1:bbbb");
  });

  it("leaves what went when it does not prune, or when an annotation says so", async () => {
    const kept = configMap("kept");
    const metadata = { ...kept.metadata, annotations: { "kustomize.toolkit.fluxcd.io/prune": "disabled" } };
    flux.files.set("apps/a.yaml", manifests({ ...kept, metadata }, configMap("gone")));
    await flux.put(kustomization("apps"));
    flux.clock.advance(10);
    flux.files.set("apps/a.yaml", manifests(configMap("new")));
    flux.commit("bbbb");
    flux.clock.advance(70);
    expect(configMaps()).toEqual(["kept", "new"]);
  });

  it("answers a request by its token, and does nothing while it is suspended", async () => {
    await flux.put(kustomization("apps"));
    flux.clock.advance(10);
    const ask = (token: string) =>
      flux.call("PATCH", path("apps"), { metadata: { annotations: { [REQUESTED_AT]: token } } }, MERGE);
    await ask("t1");
    expect(flux.condition("Kustomization", "apps")).toBe("Unknown Progressing: Reconciliation in progress");
    flux.clock.advance(5);
    expect(statusOf("apps").lastHandledReconcileAt).toBe("t1");
    await flux.call("PATCH", path("apps"), { spec: { suspend: true } }, MERGE);
    await ask("t2");
    flux.clock.advance(3_600);
    expect(statusOf("apps").lastHandledReconcileAt).toBe("t1");
    await flux.call("PATCH", path("apps"), { spec: { suspend: null } }, MERGE);
    flux.clock.advance(5);
    expect(statusOf("apps")).toMatchObject({ lastHandledReconcileAt: "t2", observedGeneration: 3 });
  });

  it("puts back at its interval what somebody changed", async () => {
    flux.files.set("apps/a.yaml", manifests(configMap("one", { text: "ours" })));
    await flux.put(kustomization("apps"));
    flux.clock.advance(10);
    const one = "/api/v1/namespaces/default/configmaps/one";
    await flux.call("PATCH", one, { data: { text: "theirs" } }, MERGE);
    flux.clock.advance(620);
    expect((await flux.object(one)).data.text).toBe("ours");
  });

  it("waits for its dependencies", async () => {
    flux.files.set("base/a.yaml", manifests(deployment("web", 1)));
    await flux.put(kustomization("apps", { dependsOn: [{ name: "base" }] }), kustomization("base", { wait: true }));
    flux.clock.advance(8);
    expect(flux.condition("Kustomization", "apps")).toBe(
      "False DependencyNotReady: dependency 'flux-system/base' is not ready",
    );
    flux.clock.advance(90);
    expect(flux.condition("Kustomization", "base", "Healthy")).toBe("True Succeeded: Health check passed");
    expect(flux.condition("Kustomization", "apps")).toMatch(/^True ReconciliationSucceeded/);
  });

  it("says what it waited for in vain, and goes on waiting at its next try", async () => {
    flux.files.set("apps/a.yaml", manifests(deployment("web", 1, { nodeSelector: { no: "where" } })));
    await flux.put(kustomization("apps", { wait: true, retryInterval: "1m" }));
    flux.clock.advance(8);
    expect(flux.condition("Kustomization", "apps", "Reconciling")).toContain("Running health checks");
    flux.clock.advance(120);
    expect(flux.condition("Kustomization", "apps")).toBe(
      "False HealthCheckFailed: health check failed after 2m0s: timeout waiting for: [Deployment/default/web status: 'InProgress']",
    );
    expect(flux.condition("Kustomization", "apps", "Reconciling")).toMatch(/^True ProgressingWithRetry/);
    expect(statusOf("apps")).not.toHaveProperty("lastAppliedRevision");
  });

  it("waits for what it lists, whoever applied that", async () => {
    await flux.create("/apis/apps/v1/namespaces/default/deployments", deployment("web", 1));
    const check = { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "default" };
    await flux.put(kustomization("apps", { healthChecks: [check] }));
    flux.clock.advance(8);
    expect(flux.condition("Kustomization", "apps", "Healthy")).toMatch(/^Unknown/);
    flux.clock.advanceUntil(() => flux.condition("Kustomization", "apps", "Healthy")?.startsWith("True") === true, 30);
  });

  it("applies definitions and namespaces before what needs them", async () => {
    const names = { plural: "boats", kind: "Boat" };
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }];
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "boats.example.com" },
      spec: { group: "example.com", scope: "Namespaced", names, versions },
    };
    const boat = { apiVersion: "example.com/v1", kind: "Boat", metadata: { name: "ann", namespace: "sea" } };
    flux.files.set(
      "apps/a.yaml",
      manifests(boat, definition, { apiVersion: "v1", kind: "Namespace", metadata: { name: "sea" } }),
    );
    await flux.put(kustomization("apps", { wait: true }));
    flux.clock.advance(10);
    expect(flux.condition("Kustomization", "apps")).toMatch(/^True/);
  });

  it("takes along what it applied when it is deleted", async () => {
    await flux.put(kustomization("apps"), kustomization("other", { path: "./apps2", deletionPolicy: "Orphan" }));
    flux.files.set("apps2/a.yaml", manifests(configMap("left")));
    flux.clock.advance(60);
    flux.commit("bbbb");
    flux.clock.advance(120);
    await flux.call("DELETE", path("apps"));
    await flux.call("DELETE", path("other"));
    expect((await flux.call("GET", path("apps"))).status).toBe(404);
    expect(configMaps()).toEqual(["left"]);
  });
});

describe("variables", () => {
  it("come from ConfigMaps, Secrets and the Kustomization itself, which wins", async () => {
    const text = `\${a}-\${b}-\${c:-otherwise}-$\${kept}-\${missing}`;
    flux.files.set("apps/a.yaml", manifests(configMap("one", { text })));
    await flux.put(
      configMap("vars", { a: "A", b: "old" }, "flux-system"),
      { kind: "Secret", metadata: { name: "secret" }, stringData: { b: "B" } },
      kustomization("apps", {
        postBuild: {
          substitute: { a: "mine" },
          substituteFrom: [
            { kind: "ConfigMap", name: "vars" },
            { kind: "Secret", name: "secret" },
            { kind: "ConfigMap", name: "nowhere", optional: true },
          ],
        },
      }),
    );
    flux.clock.advance(10);
    const { data } = await flux.object("/api/v1/namespaces/default/configmaps/one");
    expect(data.text).toBe(`mine-B-otherwise-\${kept}-`);
  });

  it("that are not set fail the build when Flux is strict", async () => {
    flux = startFlux({ options: { strictSubstitutions: true } });
    flux.files.set("apps/a.yaml", manifests(configMap("one", { text: `\${region}` })));
    await flux.put(repository, kustomization("apps", { postBuild: { substitute: { other: "x" } } }));
    flux.clock.advance(10);
    expect(flux.condition("Kustomization", "apps")).toBe(
      `False BuildFailed: post build failed for 'ConfigMap.v1.[noGrp]/one': envsubst error: variable substitution failed: variable not set (strict mode): "region"`,
    );
  });
});

const sealed = (recipients: object) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "sealed", namespace: "default" },
  data: { token: "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]" },
  sops: { mac: "ENC[x]", lastmodified: "2026-01-01T00:00:00Z", version: "3.9.0", ...recipients },
});
const withSops = (name: string) => ({ decryption: { provider: "sops", secretRef: { name } } });

describe("failures", () => {
  it.each<[string, object, string, object?]>([
    [
      "a missing definition",
      { apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor", metadata: { name: "m", namespace: "default" } },
      'False ReconciliationFailed: ServiceMonitor/default/m dry-run failed: no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
    ],
    [
      "a missing namespace",
      configMap("one", {}, "nowhere"),
      'False ReconciliationFailed: ConfigMap/nowhere/one not found: namespaces "nowhere" not found',
    ],
    [
      "no namespace at all",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } },
      "False ReconciliationFailed: ConfigMap/one namespace not specified: the server could not find the requested resource",
    ],
    [
      "an object that is not valid",
      { ...deployment("web", 1), spec: { replicas: -1 } },
      "False ReconciliationFailed: Deployment/default/web dry-run failed (Invalid): Deployment",
    ],
    [
      "a missing substitution source",
      configMap("one"),
      `False BuildFailed: post build failed: substitute from 'Secret/vars' error: secrets "vars" not found`,
      { postBuild: { substituteFrom: [{ kind: "Secret", name: "vars" }] } },
    ],
    [
      "a secret that nobody may decrypt",
      sealed({ age: [{ recipient: "age1" }] }),
      "False ReconciliationFailed: Secret/default/sealed is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
    ],
    [
      "a missing decryption key",
      sealed({ age: [{ recipient: "age1" }] }),
      'False BuildFailed: secrets "sops-age" not found',
      withSops("sops-age"),
    ],
    [
      "a missing source",
      configMap("one"),
      'False ArtifactFailed: GitRepository.source.toolkit.fluxcd.io "elsewhere" not found',
      { sourceRef: { kind: "GitRepository", name: "elsewhere" } },
    ],
    [
      "a missing path",
      configMap("one"),
      "False ArtifactFailed: kustomization path not found: stat /tmp/kustomization/nowhere: no such file or directory",
      { path: "./nowhere" },
    ],
    [
      "a missing dependency",
      configMap("one"),
      `False DependencyNotReady: dependency 'flux-system/base' not found: kustomizations.kustomize.toolkit.fluxcd.io "base" not found`,
      { dependsOn: [{ name: "base" }] },
    ],
  ])("of %s are told as Flux tells them", async (_, object, message, spec = {}) => {
    flux.files.set("apps/a.yaml", manifests(object));
    await flux.put(kustomization("apps", spec));
    flux.clock.advance(10);
    expect(flux.condition("Kustomization", "apps")).toContain(message);
    expect(flux.eventsOf("apps").length).toBeGreaterThan(0);
  });

  it("end when what was missing is there", async () => {
    flux.files.set("apps/a.yaml", manifests(sealed({ age: [{ recipient: "age1" }] })));
    await flux.put(kustomization("apps", { ...withSops("sops-age"), retryInterval: "1m" }));
    flux.clock.advance(10);
    await flux.put({ kind: "Secret", metadata: { name: "sops-age" }, stringData: { "fleet.agekey": "AGE-SECRET" } });
    flux.clock.advance(70);
    expect(flux.condition("Kustomization", "apps")).toMatch(/^True/);
    const { data } = await flux.object("/api/v1/namespaces/default/secrets/sealed");
    expect(data.token).not.toContain("ENC");
  });

  it("of an image pull keep the Kustomization unhealthy", async () => {
    flux = startFlux({ environment: { images: { objectionTo: () => "not found" } } });
    flux.files.set("apps/a.yaml", manifests(deployment("web", 1)));
    await flux.put(repository, kustomization("apps", { wait: true }));
    flux.clock.advance(150);
    expect(flux.condition("Kustomization", "apps")).toMatch(/^False HealthCheckFailed/);
    const [pod] = flux.cluster.table("pods").list("default");
    expect(flux.eventsOf(pod?.metadata.name ?? "").join()).toContain("Failed to pull image");
  });
});
