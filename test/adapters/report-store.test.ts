import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { keepEvidence } from "../../adapters/reports/evidence.ts";
import { openReportStore, type ReportStore } from "../../adapters/reports/report-store.ts";
import { type BlobService, startBlobService } from "./blob-service.ts";

const credential = { getToken: async () => ({ token: "storage-token", expiresOnTimestamp: 0 }) };
const FOLDER = "restore-test/2026-11/prod-weu/run-1";

let close: () => unknown = () => undefined;
afterEach(() => close());

async function folder(): Promise<{ store: ReportStore; root: string }> {
  const root = mkdtempSync(join(tmpdir(), "reports-"));
  close = () => rmSync(root, { recursive: true, force: true });
  return { store: openReportStore(join(root, "reports"), credential), root };
}

async function blob(): Promise<{ store: ReportStore; service: BlobService }> {
  const service = await startBlobService();
  close = () => service.close();
  return { store: openReportStore(service.url, credential), service };
}

const text = (content: string, contentType = "text/plain") => ({ content: Buffer.from(content), contentType });

describe.each([
  ["a folder", async () => (await folder()).store],
  ["Blob storage", async () => (await blob()).store],
])("a store of reports in %s", (_, open) => {
  it("gives back what it was given, byte for byte, and nothing for what it was not given", async () => {
    const store = await open();
    const content = Buffer.from([0, 255, 13, 10, 0xc3, 0x28]);
    await store.keep(`${FOLDER}/a.bin`, { content, contentType: "application/octet-stream" });
    await store.keep(`${FOLDER}/empty.log`, text(""));
    expect(await store.read(`${FOLDER}/a.bin`)).toEqual(content);
    expect((await store.read(`${FOLDER}/empty.log`))?.length).toBe(0);
    expect(await store.read(`${FOLDER}/b.bin`)).toBeUndefined();
  });

  it("takes the same once more, and never another content", async () => {
    const store = await open();
    const path = `${FOLDER}/report.json`;
    await store.keep(path, text("{}"));
    await store.keep(path, text("{}"));
    const conflict = { failure: { code: "Conflict", class: "terminal", message: expect.stringContaining(path) } };
    await expect(store.keep(path, text("{ }"))).rejects.toMatchObject(conflict);
    expect((await store.read(path))?.toString()).toBe("{}");
  });

  it("lets one of several that write at once have it", async () => {
    const store = await open();
    const tries = Array.from({ length: 8 }, (_one, index) => store.keep(`${FOLDER}/one.txt`, text(`${index}`)));
    const ended = await Promise.allSettled(tries);
    const winners = ended.flatMap(({ status }, index) => (status === "fulfilled" ? [`${index}`] : []));
    expect(winners).toEqual([(await store.read(`${FOLDER}/one.txt`))?.toString()]);
  });

  it("lists a folder, in order, and an empty one as empty", async () => {
    const store = await open();
    const paths = ["b/2.txt", "a/1.txt", "a/10.txt", "a/c/d.txt", "ab/1.txt", "a.txt"];
    for (const path of paths) await store.keep(path, text(path));
    expect(await store.list("")).toEqual(paths.toSorted());
    expect(await store.list("a/")).toEqual(["a/1.txt", "a/10.txt", "a/c/d.txt"]);
    expect(await store.list("none/")).toEqual([]);
  });

  it.each(["../up", "/root", "a/../../b", "a//b", "a\\b", "", "a\0b", "ü"])("has no path %j", async (path) => {
    const store = await open();
    await expect(store.keep(path, text(""))).rejects.toMatchObject({ failure: { code: "Invalid" } });
    await expect(store.read(path)).rejects.toMatchObject({ failure: { code: "Invalid" } });
  });
});

describe("evidence", () => {
  it("has the digest of what was written first, however often its step is done", async () => {
    const { store } = await folder();
    const first = await keepEvidence(store, FOLDER, "probes/orders.log", "12 rows\n");
    expect(first).toEqual({
      path: "probes/orders.log",
      sha256: createHash("sha256").update("12 rows\n").digest("hex"),
      bytes: 8,
    });
    expect(await keepEvidence(store, FOLDER, "probes/orders.log", "13 rows\n")).toEqual(first);
    expect((await store.read(`${FOLDER}/probes/orders.log`))?.toString()).toBe("12 rows\n");
  });
});

describe("a folder", () => {
  it("shows nothing of what was written half", async () => {
    const { store, root } = await folder();
    await store.keep("a/1.txt", text("x"));
    const files = readdirSync(join(root, "reports/a"));
    expect(files).toEqual(["1.txt"]);
    writeFileSync(join(root, "reports/a/2.txt.draft-01234567-89ab-4cde-8f01-23456789abcd"), "hal");
    expect(await store.list("")).toEqual(["a/1.txt"]);
  });

  it("that is none says so, and names the setting", async () => {
    const { root } = await folder();
    writeFileSync(join(root, "file"), "");
    const store = openReportStore(join(root, "file"), credential);
    await expect(store.keep("a.txt", text("x"))).rejects.toMatchObject({
      failure: {
        class: "terminal",
        message: expect.stringMatching(/^could not keep a.txt: \w+; see REPORTS_STORAGE$/),
      },
    });
  });
});

describe("Blob storage", () => {
  it("is written with a condition, a token and the file's type", async () => {
    const { store, service } = await blob();
    await store.keep(`${FOLDER}/report.html`, text("<p>", "text/html; charset=utf-8"));
    const [request] = service.requests;
    expect(request).toMatchObject({ method: "PUT", path: `/acct/reports/${FOLDER}/report.html` });
    expect(request?.headers).toMatchObject({ "if-none-match": "*", authorization: "Bearer storage-token" });
    expect(service.blobs.get(`${FOLDER}/report.html`)?.contentType).toBe("text/html; charset=utf-8");
  });

  it.each([
    [503, "ServerBusy", "transient", "Unreachable"],
    [429, "TooManyRequests", "transient", "Throttled"],
    [403, "AuthorizationPermissionMismatch", "needs-person", "Denied"],
    [404, "ContainerNotFound", "terminal", "NotFound"],
  ])("that answers %i %s is asked once, and says what to do", async (status, code, kind, expected) => {
    const { store, service } = await blob();
    for (const call of [() => store.keep("a.txt", text("x")), () => store.read("a.txt"), () => store.list("a/")]) {
      service.refusals.push({ status, code });
      const before = service.requests.length;
      await expect(call()).rejects.toMatchObject({
        failure: {
          class: kind,
          code: expected,
          message: expect.stringMatching(/could not (?:keep|read|list) .* Blob storage/),
        },
      });
      expect(service.requests.length).toBe(before + 1);
    }
    expect(service.blobs.size).toBe(0);
  });
});
