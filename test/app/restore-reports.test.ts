import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proven } from "./restore-tests.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drydock-reports-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the report of a restore test", () => {
  it("is kept with its evidence, whose digests hold, and had as JSON, Markdown and HTML", async () => {
    const world = await newWorld({ settings: { REPORTS_STORAGE: folder } });
    const { report, folder: of, evidence, probes } = await proven(world);
    const [probe] = probes;
    expect(probe?.evidence).toBe("probes/orders-data.log");
    expect(evidence.map(({ path }) => path)).toContain("probes/orders-data.log");
    const manifest = JSON.parse(readFileSync(join(folder, of, "manifest.json"), "utf8"));
    for (const { path, sha256 } of manifest.files) {
      const content = readFileSync(join(folder, of, path));
      expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    }
    expect(readFileSync(join(folder, of, "SHA256SUMS"), "utf8")).toContain("  probes/orders-data.log\n");
    const log = readFileSync(join(folder, of, "probes/orders-data.log"), "utf8");
    const html = await world.api(`runs/${report.id}/report?format=html`);
    expect(html.headers.get("content-type")).toContain("text/html");
    expect(html.headers.get("content-security-policy")).toContain("sandbox");
    const page = await html.text();
    expect(page).toContain(`Restore test ${report.id}`);
    expect(page).toContain(log.split("\n")[0]);
    const markdown = await (await world.api(`runs/${report.id}/report?format=markdown`)).text();
    expect(markdown).toContain("1 of 1 backups proven");
    const { reports } = await (await world.api("reports?cluster=prod-weu&month=2026-11")).json();
    expect(reports).toEqual([
      { kind: "restore-test", month: "2026-11", cluster: "prod-weu", run: report.id, folder: of },
    ]);
    expect((await (await world.api("reports")).json()).reports).toHaveLength(2);
    expect((await (await world.api("reports?month=2026-10")).json()).reports).toEqual([]);
  });

  it("is had from the run where no store is set, and the list says so", async () => {
    const world = await newWorld({ settings: { REPORTS_STORAGE: undefined } });
    const { report } = await proven(world);
    expect(report.findings).toEqual([]);
    const page = await (await world.api(`runs/${report.id}/report?format=html`)).text();
    expect(page).toContain("<svg");
    const refused = await world.api("reports");
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("REPORTS_STORAGE");
  });

  it("whose evidence cannot be kept proves nothing, and says why", async () => {
    const world = await newWorld({ settings: { REPORTS_STORAGE: "package.json/reports" } });
    const { verdict, report } = await proven(world);
    expect(verdict).toBe("inconclusive");
    expect(report.findings.map(({ code }) => code)).toContain("ReportNotKept");
  });
});
