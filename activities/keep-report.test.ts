import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keepEvidence } from "../adapters/reports/evidence.ts";
import { differs, type ReportStore } from "../adapters/reports/report-store.ts";
import { readRecordPath } from "../domain/restore/evidence-manifest.ts";
import { exampleReport, exampleTest } from "../domain/restore/report-examples.ts";
import { keepReport } from "./keep-report.ts";

/** A store in memory that fails at the write of that number, as often as one likes. */
function memory(failAt = Number.POSITIVE_INFINITY) {
  const files = new Map<string, Buffer>();
  const order: string[] = [];
  let writes = 0;
  const store: ReportStore = {
    async keep(path, { content }) {
      writes += 1;
      if (writes === failAt) throw new Error("cut");
      const found = files.get(path);
      if (found && !found.equals(content)) throw differs(path);
      files.set(path, content);
      if (!found) order.push(path);
    },
    read: async (path) => files.get(path),
    list: async (folder) => [...files.keys()].filter((path) => path.startsWith(folder)).sort(),
  };
  return { store, files, order };
}

async function filled(failAt?: number) {
  const { store, files, order } = memory(failAt);
  const folder = "restore-test/2026-11/prod-weu/run-1";
  const log = await keepEvidence(store, folder, "probes/orders.log", "12 rows\n");
  const report = exampleReport([exampleTest({ evidence: [log], folder })]);
  return { store, files, order, report, folder };
}

describe("keepReport", () => {
  it("keeps the cluster's record and the run's, whose digests are right, with each manifest last", async () => {
    const { store, files, order, report, folder } = await filled();
    const answer = await keepReport({ reports: store }, { report });
    expect(answer).toEqual({ kept: true, folder: "restore-test/2026-11/_runs/run-1" });
    const records = order.flatMap((path) => readRecordPath(path) ?? []);
    expect(records.map(({ cluster }) => cluster)).toEqual(["prod-weu", null]);
    for (const { folder: kept } of records) {
      const names = order.filter((path) => path.startsWith(`${kept}/`));
      expect(names.at(-1)).toBe(`${kept}/manifest.json`);
      const manifest = JSON.parse(String(files.get(`${kept}/manifest.json`)));
      expect(manifest).toMatchObject({ kind: "restore-test", run: "run-1", verdict: "failed" });
      for (const { path, sha256, bytes } of manifest.files) {
        const content = files.get(`${kept}/${path}`) ?? Buffer.from("");
        expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
        expect(content.length).toBe(bytes);
        expect(String(files.get(`${kept}/SHA256SUMS`))).toContain(`${sha256}  ${path}\n`);
      }
    }
    expect(JSON.parse(String(files.get(`${folder}/report.json`)))).toEqual(report.clusters[0]);
    expect(String(files.get("restore-test/2026-11/_runs/run-1/report.html"))).toContain("12 rows");
  });

  it("comes to the same from wherever it was cut off", async () => {
    const whole = await filled();
    await keepReport({ reports: whole.store }, { report: whole.report });
    for (let cut = 2; cut <= whole.order.length; cut += 1) {
      const { store, files, report } = await filled(cut);
      await expect(keepReport({ reports: store }, { report })).rejects.toThrow("cut");
      await keepReport({ reports: store }, { report });
      expect(files).toEqual(whole.files);
    }
  });

  it("keeps nothing where no store is set", async () => {
    expect(await keepReport({ reports: null }, { report: exampleReport() })).toEqual({ kept: false, folder: null });
  });

  it("does without a log that nobody kept", async () => {
    const { store, files } = memory();
    await keepReport({ reports: store }, { report: exampleReport() });
    expect(String(files.get("restore-test/2026-11/_runs/run-1/report.html"))).toContain("probes/orders.log");
  });
});
