import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { restorePlanViewSchema } from "../../domain/api/restore-plan-view.ts";
import { restoreReportSchema } from "../../domain/restore/restore-report.ts";
import { type TestWorld, useWorlds } from "../app/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const WHY = ["--reason", "a test", "--by", "ada"];
const newWorld = useWorlds();

/** Runs a command of the command line in this process, against a world's app; rejects as it does. */
async function drydock({ host }: TestWorld, ...args: string[]): Promise<{ code: number; text: string }> {
  const said = { code: -1, text: "" };
  const out = { write: (written: string) => (said.text += written) };
  const place = { out, err: { write: () => 0 }, environment: { DRYDOCK_URL: host.url, DRYDOCK_KEY: host.keys.host } };
  const program = createProgram(ROOT, place, (exitCode) => {
    said.code = exitCode;
  });
  await program.parseAsync(["node", "drydock", ...args]);
  return said;
}

const ask = (world: TestWorld, ...args: string[]) => world.slowly(() => drydock(world, ...args));

describe("restore tests on the command line", () => {
  it("are planned, run, watched, reported and remembered", async () => {
    const world = await newWorld();
    const plan = await ask(world, "plan", "restore-test", "--cluster", "prod-weu");
    expect(plan.text).toMatch(
      /^Plan plan-\S+, made 2026-11-21 \S+ UTC: 1 of 1 backups, \d+ at a time, about [\d.]+ EUR\n/,
    );
    expect(plan.text).toMatch(
      /\nprod-weu +2026-11-21 02:00\S* UTC \(operational\) +westeurope +\d x Standard_\S+, 1\.33/,
    );
    expect(plan.text).toContain("Storage Blob Data Contributor at ");
    expect(plan.text).toMatch(/\nDo this: drydock run restore-test --cluster prod-weu --reason "…"\n$/);
    const data = await ask(world, "plan", "restore-test", "--cluster", "prod-weu", "-o", "json");
    expect(restorePlanViewSchema.parse(JSON.parse(data.text)).tests).toHaveLength(1);

    const never = await ask(world, "trends");
    expect(never.text).toMatch(/^CLUSTER +PROVEN +LAST TEST\n(?:.* never +none\n)+$/);
    const started = await ask(world, "run", "restore-test", "--cluster", "prod-weu", "--point", "latest", ...WHY);
    const [, run = ""] = /^Started (restore-test-[0-9a-f]{16})\. /.exec(started.text) ?? [];
    const watched = await world.during(() => drydock(world, "watch", run));
    expect(watched.code).toBe(0);
    expect(watched.text).toContain("Verdict: passed\n");
    expect((await ask(world, "runs")).text).toMatch(new RegExp(`\\n${run} .* passed +ada +a test\\n`));

    const report = await ask(world, "report", run, "-o", "json");
    expect(restoreReportSchema.parse(JSON.parse(report.text)).verdict).toBe("passed");
    expect((await ask(world, "report", run)).text).toMatch(/^# Restore test/);
    expect((await ask(world, "report", run, "-o", "html")).text).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    const trends = await ask(world, "trends", "prod-weu");
    expect(trends.text).toMatch(/^CLUSTER +PROVEN +AGE +LAST TEST\nprod-weu +2026-11-21 \S+ UTC +0 d +passed\n/);
    expect(trends.text).toMatch(/\nprod-weu +2026-11 +1 +passed +6 h(?: \d+ min)? of 1 d +\d+ min.* of 2 h +\d/);
  });

  it.each([
    [["run", "restore-test", "--scope", "patch", ...WHY], "--scope is not for restore-test"],
    [["run", "restore-test", "--plan", "plan-0123456789abcdef", ...WHY], "--plan is not for restore-test"],
    [["plan", "upgrade", "--point", "latest"], "--point is not for upgrade"],
    [["run", "upgrade", "--keep-hours", "2", ...WHY], "--keep-hours is not for upgrade"],
  ])("refuse what is another kind's: %j", async (args, why) => {
    const world = await newWorld();
    await expect(drydock(world, ...args)).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(why) });
  });
});
