import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { useBuiltConsole, useChromium } from "./chromium.ts";
import { haltedRun, runningRun, samplePlan, signal } from "./sample-runs.ts";
import { STUB_KEY, type StubApi, useStubApi } from "./stub-api.ts";

const directory = useBuiltConsole();
const newStub = useStubApi(directory);
const open = useChromium();
const PHONE = { width: 380, height: 800 };

const running = runningRun();
const halted = haltedRun();
const plan = samplePlan();

/** A stub that knows a run, and a page that shows it. */
async function show(run: typeof running): Promise<{ stub: StubApi; page: Page }> {
  const stub = await newStub();
  stub.answer("GET runs?limit=100", { json: { runs: [] } });
  stub.answer(`GET runs/${run.id}`, { json: run });
  const { page } = await open();
  await page.goto(`${stub.url}/console#code=${encodeURIComponent(STUB_KEY)}`);
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.goto(`${stub.url}/console#/runs/${run.id}`);
  await page.getByRole("heading", { name: run.id }).waitFor();
  return { stub, page };
}

async function fill(page: Page, by: string, reason: string): Promise<void> {
  await page.getByLabel("Who are you?").fill(by);
  await page.getByLabel("Why?").fill(reason);
}

describe("telling a run something", () => {
  it("takes who and why, and tells what stands of it once the run has taken it in", async () => {
    const { stub, page } = await show(running);
    stub.answer(`POST runs/${running.id}/signals`, { json: { id: running.id, signal: "cancel" }, status: 202 });
    await page.getByRole("button", { name: "Cancel run…" }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel this run?" });
    await dialog.waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Cancel the run" }).click();
    expect(stub.posted).toEqual([]);
    await fill(page, "ada", "  ");
    await dialog.getByRole("button", { name: "Cancel the run" }).click();
    await dialog.getByText("Both are needed").waitFor();
    expect(stub.posted).toEqual([]);
    await fill(page, "ada", "change freeze");
    stub.answer(`GET runs/${running.id}`, {
      json: { ...running, signals: [signal("cancel", { by: "ada", reason: "change freeze" })] },
    });
    await dialog.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("ada has asked to cancel this run: change freeze.").waitFor();
    expect(stub.posted).toEqual([{ signal: "cancel", by: "ada", reason: "change freeze" }]);
    // Nothing more can be told a run that is cancelled.
    expect(await page.getByRole("button", { name: /…$/ }).count()).toBe(0);
  });

  it("leaves the run alone when the dialog is left, and shows in place what the run refuses", async () => {
    const { stub, page } = await show(halted);
    const detail = `Run ${halted.id} cannot take retry: the run asks nothing by the name halt-prod-2.`;
    stub.answer(`POST runs/${halted.id}/signals`, {
      json: { title: "Signal refused", status: 409, detail },
      status: 409,
    });
    const button = page.getByRole("button", { name: "Try again…" });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(stub.posted).toEqual([]);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await button.click();
    await fill(page, "ada", "the pod is gone");
    await page.getByRole("button", { name: "Try again", exact: true }).click();
    await dialog.getByRole("alert").filter({ hasText: detail }).waitFor();
    expect(stub.posted).toEqual([{ signal: "retry", gate: "halt-prod-2", by: "ada", reason: "the pod is gone" }]);
    // What was typed stays; the name also for the next time.
    expect(await page.getByLabel("Why?").inputValue()).toBe("the pod is gone");
    await page.getByRole("button", { name: "Not yet" }).click();
    await page.getByRole("button", { name: "Pause…" }).click();
    expect(await page.getByLabel("Who are you?").inputValue()).toBe("ada");
  });

  it("says of a halted ring what failed, why, and what to do, once", async () => {
    const { page } = await show(halted);
    const panel = page.getByRole("region", { name: /Halted.*Ring prod/ });
    const text = (await panel.textContent()) ?? "";
    expect(text).toContain("prod-weu: blocked: pod tools/toolbox has no controller");
    expect(text.match(/What to do:/g)).toHaveLength(1);
    expect(text).toMatch(/2 d 23 h left, until .+; then the run ends/);
  });
});

describe("a plan", () => {
  it("is asked for the clusters that were chosen, shown when it is ready, and started as it is", async () => {
    const { stub, page } = await show(running);
    const clusters = ["dev-weu", "prod-weu"].map((name) => ({
      name,
      ring: name.slice(0, -4),
      resourceId: `/x/${name}`,
    }));
    stub.answer("GET fleet", { json: { digest: "9f8", rings: [], clusters } });
    stub.answer("POST plans", { json: { id: plan.id, status: "planning" }, status: 202 });
    stub.answer(`GET plans/${plan.id}`, { json: { id: plan.id, status: "planning" }, status: 202 });
    await page.getByRole("link", { name: "Plan" }).click();
    await page.getByLabel("Only these:").check();
    await page.getByRole("button", { name: "Make the plan" }).click();
    await page.getByText("Choose at least one cluster").waitFor();
    await page.getByLabel("prod-weu").check();
    await page.setViewportSize(PHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Make the plan" }).click();
    await page.getByText("It is being made").waitFor();
    stub.answer(`GET plans/${plan.id}`, { json: plan });
    const prod = page.getByRole("table", { name: "Clusters of ring prod" });
    await prod.waitFor();
    expect(await prod.getByRole("row", { name: /prod-weu/ }).textContent()).toMatch(
      /control plane.*1\.33\.6 → 1\.34\.2.*outside of the ring's window.*about 50 min/,
    );
    expect(await prod.getByRole("row", { name: /prod-neu/ }).textContent()).toMatch(/left alone: prod-neu is stopped/);
    await page.getByText("To be approved: Kubernetes 1.33 to 1.34.2 (minor)").waitFor();
    stub.answer("POST runs", { json: { id: running.id }, status: 202 });
    await page.getByRole("button", { name: "Start this run…" }).click();
    await fill(page, "ada", "as planned");
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.getByRole("heading", { name: running.id }).waitFor();
    expect(stub.posted).toEqual([
      { kind: "upgrade", scope: "minor", preflight: true, clusters: ["prod-weu"] },
      { kind: "upgrade", plan: plan.id, by: "ada", reason: "as planned" },
    ]);
  });

  it("that the API cannot make is told as such, and no other is shown in its place", async () => {
    const { stub, page } = await show(running);
    stub.answer("GET fleet", { json: { digest: "9f8", rings: [], clusters: [] } });
    stub.answer("POST plans", {
      json: { title: "The plan could not be made", detail: "fleet.yaml: line 3" },
      status: 502,
    });
    await page.getByRole("link", { name: "Plan" }).click();
    await page.getByRole("button", { name: "Make the plan" }).click();
    await page.getByRole("alert").filter({ hasText: "fleet.yaml: line 3" }).waitFor();
    expect(page.url()).toMatch(/#\/plan$/);
  });
});
