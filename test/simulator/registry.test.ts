import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imagesIn } from "../../simulator/registry/seed-images.ts";
import { temporaryFolder } from "../host/program.ts";
import { FLEET, fetchToken, startSimulator, type TestSimulator } from "./start-simulator.ts";
import { startWebhook } from "./webhook-endpoint.ts";

const folder = temporaryFolder();
let simulator: TestSimulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const SERVICE = "registry.example.com";
const digestOf = (text: string | Buffer) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** A client of the registry as the distribution specification has it: on a challenge it gets the token that is asked for. */
async function call(method: string, path: string, init: { body?: string; headers?: Record<string, string> } = {}) {
  const url = `${simulator.url}${path}`;
  const first = await fetch(url, { method, ...init });
  if (first.status !== 401) return first;
  const asked = first.headers.get("www-authenticate") ?? "";
  const [, realm = "", service = ""] = /^Bearer realm="([^"]+)",service="([^"]+)"/.exec(asked) ?? [];
  const [, scope = ""] = /scope="([^"]+)"/.exec(asked) ?? [];
  const form = { grant_type: "refresh_token", service, scope, refresh_token: await refreshToken() };
  const answer = await fetch(realm, { method: "POST", body: new URLSearchParams(form) });
  const { access_token } = (await answer.json()) as { access_token: string };
  return fetch(url, { method, ...init, headers: { ...init.headers, authorization: `Bearer ${access_token}` } });
}

async function refreshToken(): Promise<string> {
  const access_token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const form = { grant_type: "access_token", service: SERVICE, access_token };
  const answer = await fetch(`${simulator.url}/oauth2/exchange`, { method: "POST", body: new URLSearchParams(form) });
  return ((await answer.json()) as { refresh_token: string }).refresh_token;
}

async function pushBlob(repository: string, content: string): Promise<void> {
  const begun = await call("POST", `/v2/${repository}/blobs/uploads/`);
  expect(begun.status).toBe(202);
  const location = begun.headers.get("location") ?? "";
  const half = Math.floor(content.length / 2);
  const patched = await call("PATCH", location, { body: content.slice(0, half) });
  expect([patched.status, patched.headers.get("range")]).toEqual([202, `0-${half - 1}`]);
  const ended = await call("PUT", `${location}?digest=${digestOf(content)}`, { body: content.slice(half) });
  expect([ended.status, ended.headers.get("docker-content-digest")]).toEqual([201, digestOf(content)]);
}

const descriptor = (mediaType: string, content: string) => ({
  mediaType,
  digest: digestOf(content),
  size: content.length,
});

/** Pushes an image with one layer; answers its manifest as it was sent. */
async function pushImage(repository: string, reference: string, more: object = {}): Promise<string> {
  await pushBlob(repository, '{"os":"linux"}');
  await pushBlob(repository, "the layer");
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(CONFIG, '{"os":"linux"}'),
    layers: [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", "the layer")],
    ...more,
  });
  const path = `/v2/${repository}/manifests/${reference === "" ? digestOf(manifest) : reference}`;
  const pushed = await call("PUT", path, { body: manifest, headers: { "content-type": OCI_MANIFEST } });
  expect([pushed.status, pushed.headers.get("docker-content-digest")]).toEqual([201, digestOf(manifest)]);
  return manifest;
}

describe("the registry", () => {
  it("asks for a bearer token, with realm, service and scope", async () => {
    const ping = await fetch(`${simulator.url}/v2/`);
    expect([ping.status, ping.headers.get("docker-distribution-api-version")]).toEqual([401, "registry/2.0"]);
    expect(ping.headers.get("www-authenticate")).toBe(
      `Bearer realm="${simulator.url}/oauth2/token",service="${SERVICE}"`,
    );
    const tags = await fetch(`${simulator.url}/v2/shop/storefront/tags/list`);
    expect(tags.headers.get("www-authenticate")).toContain('scope="repository:shop/storefront:pull"');
    expect((await call("GET", "/v2/")).status).toBe(200);
  });

  it("takes a token for nothing beyond its scope, and not for ever", async () => {
    const credentials = Buffer.from(`00000000-0000-0000-0000-000000000000:${await refreshToken()}`).toString("base64");
    const answer = await fetch(
      `${simulator.url}/oauth2/token?service=${SERVICE}&scope=repository:shop/storefront:pull`,
      {
        headers: { authorization: `Basic ${credentials}` },
      },
    );
    const { access_token } = (await answer.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const statusOf = async (path: string, method = "GET") =>
      (await fetch(`${simulator.url}/v2/${path}`, { method, headers })).status;
    expect(await statusOf("shop/storefront/tags/list")).toBe(200);
    expect(await statusOf("orders/db/tags/list")).toBe(401);
    expect(await statusOf("shop/storefront/manifests/5.12.0", "DELETE")).toBe(401);
    simulator.clock.advance(76 * 60);
    expect(await statusOf("shop/storefront/tags/list")).toBe(401);
    const forged = new URLSearchParams({ grant_type: "refresh_token", service: SERVICE, refresh_token: access_token });
    expect((await fetch(`${simulator.url}/oauth2/token`, { method: "POST", body: forged })).status).toBe(401);
  });

  it("holds every image that the fleet names, as an index over two architectures", async () => {
    const images = imagesIn(FLEET, SERVICE);
    expect(images).toContain("registry.example.com/shop/storefront:5.12.0");
    for (const image of images) {
      const [repository, tag] = image.slice(SERVICE.length + 1).split(":");
      const response = await call("GET", `/v2/${repository}/manifests/${tag}`, { headers: { accept: OCI_INDEX } });
      const text = await response.text();
      expect([response.status, response.headers.get("content-type")]).toEqual([200, OCI_INDEX]);
      expect(response.headers.get("docker-content-digest")).toBe(digestOf(text));
      const { manifests } = JSON.parse(text) as {
        manifests: Array<{ digest: string; platform: { architecture: string } }>;
      };
      expect(manifests.map(({ platform }) => platform.architecture)).toEqual(["amd64", "arm64"]);
      const child = await (await call("GET", `/v2/${repository}/manifests/${manifests[0]?.digest}`)).text();
      const { config } = JSON.parse(child) as { config: { digest: string; size: number } };
      const blob = Buffer.from(await (await call("GET", `/v2/${repository}/blobs/${config.digest}`)).arrayBuffer());
      expect([digestOf(blob), blob.length]).toEqual([config.digest, config.size]);
    }
  });

  it("keeps what is pushed byte for byte, by tag and digest, also for HEAD", async () => {
    const manifest = await pushImage("team/app", "1.0");
    for (const reference of ["1.0", digestOf(manifest)]) {
      const got = await call("GET", `/v2/team/app/manifests/${reference}`);
      expect([await got.text(), got.headers.get("content-type")]).toEqual([manifest, OCI_MANIFEST]);
      const head = await call("HEAD", `/v2/team/app/manifests/${reference}`);
      expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
        200,
        `${manifest.length}`,
        "",
      ]);
    }
    const refused = await call("GET", "/v2/team/app/manifests/1.0", { headers: { accept: OCI_INDEX } });
    expect([refused.status, await refused.json()]).toMatchObject([404, { errors: [{ code: "MANIFEST_UNKNOWN" }] }]);
  });

  it("survives a restart", async () => {
    await simulator.close();
    const stateDirectory = join(folder.path, "kept");
    simulator = await startSimulator({ stateDirectory });
    const manifest = await pushImage("team/app", "1.0");
    const { clock } = simulator;
    await simulator.close();
    simulator = await startSimulator({ stateDirectory, clock });
    expect(await (await call("GET", "/v2/team/app/manifests/1.0")).text()).toBe(manifest);
    expect(await (await call("GET", `/v2/team/app/blobs/${digestOf("the layer")}`)).text()).toBe("the layer");
  });

  it.each([
    ["another digest than that of the bytes", `sha256:${"0".repeat(64)}`, "{}", OCI_MANIFEST, "DIGEST_INVALID"],
    ["what is not JSON", "x", "{", OCI_MANIFEST, "MANIFEST_INVALID"],
    [
      "another media type than its own",
      "x",
      `{"schemaVersion":2,"mediaType":"${OCI_INDEX}"}`,
      OCI_MANIFEST,
      "MANIFEST_INVALID",
    ],
    ["no media type of a manifest", "x", "{}", "application/json", "MANIFEST_INVALID"],
    [
      "a blob that is not there",
      "x",
      JSON.stringify({ schemaVersion: 2, config: descriptor(CONFIG, "gone"), layers: [] }),
      OCI_MANIFEST,
      "MANIFEST_BLOB_UNKNOWN",
    ],
  ])("refuses a manifest with %s", async (_what, reference, body, type, code) => {
    const answer = await call("PUT", `/v2/a/manifests/${reference}`, { body, headers: { "content-type": type } });
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ code }] }]);
  });

  it("refuses a blob whose bytes are others than its digest says, and an upload that nobody began", async () => {
    const { headers } = await call("POST", "/v2/a/blobs/uploads/");
    const answer = await call("PUT", `${headers.get("location")}?digest=${digestOf("x")}`, { body: "y" });
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ code: "DIGEST_INVALID" }] }]);
    expect((await call("PATCH", "/v2/a/blobs/uploads/guessed", { body: "y" })).status).toBe(404);
  });

  it("mounts a blob of another repository", async () => {
    await pushBlob("a", "shared by both");
    const digest = digestOf("shared by both");
    expect((await call("HEAD", `/v2/b/blobs/${digest}`)).status).toBe(404);
    expect((await call("POST", `/v2/b/blobs/uploads/?mount=${digest}&from=a`)).status).toBe(201);
    expect(await (await call("GET", `/v2/b/blobs/${digest}`)).text()).toBe("shared by both");
  });

  it("lists tags and repositories in pages that lead on", async () => {
    for (const tag of ["c", "a", "b"]) await pushImage("team/app", tag);
    const seen: string[] = [];
    let path = "/v2/team/app/tags/list?n=2";
    while (path !== "") {
      const page = await call("GET", path);
      seen.push(...((await page.json()) as { tags: string[] }).tags);
      path = /^<(.+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    }
    expect(seen).toEqual(["a", "b", "c"]);
    const catalog = await call("GET", "/v2/_catalog?n=1000");
    expect(await catalog.json()).toEqual({ repositories: expect.arrayContaining(["shop/storefront", "team/app"]) });
  });

  it("lists what refers to an image, by the type of artifact", async () => {
    const subject = await pushImage("team/app", "1.0");
    const more = (artifactType: string) => ({ artifactType, subject: descriptor(OCI_MANIFEST, subject) });
    const sbom = await pushImage("team/app", "", more("application/spdx+json"));
    await pushImage("team/app", "", more("application/vnd.cncf.notary.signature"));
    const path = `/v2/team/app/referrers/${digestOf(subject)}`;
    const all = (await (await call("GET", path)).json()) as { manifests: object[] };
    expect(all.manifests).toHaveLength(2);
    const some = await call("GET", `${path}?artifactType=application/spdx%2Bjson`);
    expect(some.headers.get("oci-filters-applied")).toBe("artifactType");
    expect(await some.json()).toMatchObject({
      mediaType: OCI_INDEX,
      manifests: [{ digest: digestOf(sbom), size: sbom.length, artifactType: "application/spdx+json" }],
    });
  });

  it("deletes a manifest with its tags, or a tag alone", async () => {
    const manifest = await pushImage("team/app", "1.0");
    await pushImage("team/app", "2.0");
    expect((await call("DELETE", "/v2/team/app/manifests/2.0")).status).toBe(202);
    expect((await call("GET", "/v2/team/app/manifests/1.0")).status).toBe(200);
    expect((await call("DELETE", `/v2/team/app/manifests/${digestOf(manifest)}`)).status).toBe(202);
    expect((await call("GET", "/v2/team/app/manifests/1.0")).status).toBe(404);
    expect((await call("DELETE", "/v2/team/app/manifests/1.0")).status).toBe(404);
  });

  it("tells Event Grid of pushes and deletions as ACR does", async () => {
    const hook = await startWebhook();
    const body = JSON.stringify({ endpoint: hook.url });
    const headers = { "content-type": "application/json" };
    await fetch(`${simulator.url}/simulator/event-subscriptions/images`, { method: "PUT", headers, body });
    const manifest = await pushImage("team/app", "1.0");
    await call("DELETE", `/v2/team/app/manifests/${digestOf(manifest)}`);
    while (hook.events().length < 2) await fetch(`${simulator.url}/simulator/event-grid`);
    const target = { mediaType: OCI_MANIFEST, digest: digestOf(manifest), repository: "team/app" };
    expect(hook.events()).toMatchObject([
      {
        topic: expect.stringMatching(/Microsoft\.ContainerRegistry\/registries\/registry$/),
        subject: "team/app:1.0",
        eventType: "Microsoft.ContainerRegistry.ImagePushed",
        dataVersion: "1.0",
        data: {
          action: "push",
          target: { ...target, tag: "1.0", size: manifest.length, length: manifest.length },
          request: { host: SERVICE, method: "PUT" },
        },
      },
      {
        subject: "team/app",
        eventType: "Microsoft.ContainerRegistry.ImageDeleted",
        data: { action: "delete", target, request: { method: "DELETE" } },
      },
    ]);
    await hook.close();
  });

  it.each([
    ["registry.example.com/shop/storefront:5.12.0", true],
    ["registry.example.com/shop/storefront:5.12.1", false],
    ["registry.example.com/shop/storefront", false],
    ["mcr.microsoft.com/oss/kubernetes/coredns:v1.12.1", true],
    ["nginx", true],
  ])("says whether nodes can pull %s: %s", (image, expected) => {
    const { registry } = simulator.services;
    expect([registry.has(image), registry.objectionTo(image) === undefined]).toEqual([expected, expected]);
    expect(registry.tagsOf("registry.example.com/shop/storefront:1")).toEqual(["5.12.0"]);
    expect(registry.tagsOf("nginx")).toBeUndefined();
  });
});
