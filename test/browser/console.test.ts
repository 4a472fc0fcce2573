import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { useBuiltConsole, useChromium } from "./chromium.ts";
import { ago, askingRun, bigRun, failedRun, haltedRun, run, runningRun, samplePlan, summaryOf } from "./sample-runs.ts";
import { STUB_KEY, type StubApi, useStubApi } from "./stub-api.ts";

const directory = useBuiltConsole();
const newStub = useStubApi(directory);
const open = useChromium();
const PHONE = { width: 380, height: 800 };

const failed = failedRun();
const running = runningRun();
const asking = askingRun();
const halted = haltedRun();
const plan = samplePlan();

/** A stub that knows a running, a failed and a very large run, a fleet and two dead letters. */
async function newApi(): Promise<StubApi> {
  const stub = await newStub();
  const passed = run("upgrade-22aa", { status: "finished", verdict: "passed", endedAt: ago(1_000) });
  stub.answer("GET runs?limit=100", { json: { runs: [running, failed.run, passed].map(summaryOf) } });
  for (const one of [running, asking, halted, failed.run, passed, bigRun(40, 200)])
    stub.answer(`GET runs/${one.id}`, { json: one });
  stub.answer(`GET runs/${failed.run.id}/report`, { json: failed.report });
  stub.answer(`GET runs/${failed.run.id}/report?format=json`, { json: failed.report });
  stub.answer(`GET runs/${failed.run.id}/report?format=markdown`, { text: "# Upgrade", type: "text/markdown" });
  stub.answer(`GET plans/${plan.id}`, { json: plan });
  const rings = [
    { name: "dev", maxParallel: 1, soakMinutes: 5, window: null },
    {
      name: "prod",
      maxParallel: 3,
      soakMinutes: 0,
      window: { timeZone: "Europe/Berlin", weekly: [{ days: ["fri"], start: "22:00", hours: 6 }], freezes: [] },
    },
  ];
  const clusters = [
    ["dev-weu", "dev"],
    ["prod-weu", "prod"],
    ["prod-neu", "prod"],
  ].map(([name, ring]) => ({ name, ring, resourceId: `/subscriptions/1/resourceGroups/rg-${name}` }));
  stub.answer("GET fleet", { json: { fleet: "sample", digest: "9f86d0818", rings, clusters } });
  const letter = { eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable", source: "/x/old" };
  stub.answer("GET dead-letters", {
    json: {
      dropped: 3,
      deadLetters: [
        { ...letter, at: ago(400), code: "UnknownCluster", reason: "/x/old is not in fleet.yaml", eventId: "e-99" },
        {
          at: ago(900),
          code: "MalformedEvent",
          reason: "<b>not</b> an object",
          eventId: "",
          eventType: "",
          source: "",
        },
      ],
    },
  });
  return stub;
}

async function view(page: Page, stub: StubApi, hash: string): Promise<void> {
  await page.goto(`${stub.url}/console#code=${encodeURIComponent(STUB_KEY)}`);
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.goto(`${stub.url}/console#/${hash}`);
}

/** What everybody can reach: nothing is wider than a phone, and axe finds nothing. */
async function expectAccessible(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize(PHONE);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
}

describe("the console", () => {
  it.each([
    ["runs", "heading", "Runs"],
    [`runs/${running.id}`, "heading", /Upgrade upgrade-1f0e/],
    [`runs/${failed.run.id}`, "heading", /Upgrade upgrade-bad/],
    [`runs/${failed.run.id}/report`, "heading", /Report of/],
    [`runs/${asking.id}`, "button", "Approve…"],
    [`runs/${halted.id}`, "button", "Try again…"],
    ["plan", "radio", "Only these:"],
    [`plans/${plan.id}`, "button", "Start this run…"],
    ["fleet", "heading", "Fleet"],
    ["events", "heading", "Events that could not be handled"],
    ["nowhere", "heading", "No such view"],
  ] as const)("is accessible in light and dark, and fits a phone: %s", async (hash, role, name) => {
    const stub = await newApi();
    const { page, mistakes } = await open();
    await view(page, stub, hash);
    await page.getByRole(role, { name }).waitFor();
    await expectAccessible(page);
    expect(mistakes).toEqual([]);
  });

  it("asks for the key once, keeps it for the tab alone, and takes it out of the address", async () => {
    const stub = await newApi();
    const { page } = await open();
    await page.goto(`${stub.url}/console`);
    await page.getByLabel("Function key").fill("two words");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("That can be no key").waitFor();
    await expectAccessible(page);
    await page.getByLabel("Function key").fill(STUB_KEY);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("table").waitFor();
    await page.reload();
    await page.getByRole("table").waitFor();
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    // No key travels in an address.
    expect(stub.asked.filter((what) => what.includes("code="))).toEqual([]);

    const { page: other } = await open();
    await other.goto(`${stub.url}/console#code=${encodeURIComponent(STUB_KEY)}`);
    await other.getByRole("table").waitFor();
    expect(other.url()).not.toContain("code=");
  });

  it("goes back to the key form when the key is refused", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, `runs/${running.id}`);
    await page.getByRole("heading", { name: "Ring prod" }).waitFor();
    stub.setKey("another");
    await page.getByLabel("Function key").waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/refused|401/i);
  });

  it("lists runs with their status in words, and opens one by keyboard", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, "runs");
    const rows = page.getByRole("row");
    await rows.nth(1).waitFor();
    expect(await rows.nth(1).textContent()).toMatch(/Running.*upgrading ring prod.*upgrade-1f0e.*Event Grid/);
    expect(await rows.nth(2).textContent()).toMatch(/Failed.*upgrade-bad/);
    expect(await rows.nth(3).textContent()).toMatch(/Passed.*upgrade-22aa/);
    await page.getByRole("link", { name: running.id }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Ring prod" }).waitFor();
  });

  it("shows a drain with the pods that are left, what each waits for, and since when", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, `runs/${running.id}`);
    const node = page.locator("li", { hasText: "apps-2" }).last();
    await node.waitFor();
    const text = (await node.textContent()) ?? "";
    expect(text).toMatch(/3 of 12 pods left/);
    expect(text).toMatch(/shop\/cart-7d9c5b6f4-x2x8k.*PodDisruptionBudgetBlocks.*PDB shop\/cart allows 0 disruptions/);
    expect(text).toMatch(/for 3 min/);
    expect(await page.getByText(/4 min \d+ s left, until 01:34 UTC/).count()).toBe(1);
    expect(await page.getByText("1 node held up").count()).toBe(1);
  });

  it("names each finding with its evidence and what to do", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, `runs/${failed.run.id}`);
    const findings = page.getByRole("region", { name: /Findings/ });
    const text = (await findings.textContent()) ?? "";
    // The gravest first.
    expect(text.indexOf("DrainFailed")).toBeLessThan(text.indexOf("EventsFolded"));
    expect(text).toContain("3 pods on 2 nodes");
    expect(text).toContain("What to do: Move the data to a volume that outlives the pod.");
  });

  it("says that the API cannot be reached and how old what it shows is, and recovers by itself", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, `runs/${running.id}`);
    await page.getByRole("heading", { name: "Ring prod" }).waitFor();
    stub.answer("*", "hang up");
    await page.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor();
    expect(await page.getByText(/What is shown is .+ old/).count()).toBe(1);
    expect(await page.getByRole("heading", { name: "Ring prod" }).count()).toBe(1);
    stub.answer("*", { json: running });
    await page.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor({ state: "detached" });
  });

  it("shows control planes, versions, tries, why a pool waits, and what people told the run", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, `runs/${asking.id}`);
    const dev = page.locator(".ring", { hasText: "Ring dev" });
    await dev.locator("summary").first().click();
    await dev.locator(".cluster > summary").click();
    expect(await dev.getByText("Control plane").locator("..").textContent()).toMatch(/Done.*1\.33\.6 → 1\.34\.2/);
    expect(await dev.getByText("apps", { exact: true }).locator("..").textContent()).toMatch(/1\.33\.6 → 1\.34\.2/);
    const told = await page.getByRole("table", { name: "Signals" }).getByRole("row").nth(1).textContent();
    expect(told).toMatch(/bob.*approved.*approve-dev.*a reason to approve/);
    await page.goto(`${stub.url}/console#/runs/${halted.id}`);
    await page.getByText("2nd try").waitFor();
    expect(await page.getByText("paused by bob: lunch").count()).toBe(1);
  });

  it("offers the report as JSON and Markdown", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, `runs/${failed.run.id}`);
    await page.getByRole("link", { name: "Report" }).click();
    for (const [name, ending] of [
      ["Download JSON", ".json"],
      ["Download Markdown", ".md"],
    ] as const) {
      const downloading = page.waitForEvent("download");
      await page.getByRole("button", { name }).click();
      expect((await downloading).suggestedFilename()).toBe(`${failed.run.id}${ending}`);
    }
  });

  it("shows what events could not be handled, and takes their text as text", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, "events");
    await page.getByText("<b>not</b> an object").waitFor();
    expect(await page.getByText("/x/old is not in fleet.yaml").count()).toBe(1);
    expect(await page.getByText("3 more events were counted, but not kept.").count()).toBe(1);
  });

  it("draws little of a run with thousands of nodes, and all of what is held up", async () => {
    const stub = await newApi();
    const { page } = await open();
    await view(page, stub, "runs/upgrade-big");
    await page.getByRole("heading", { name: "Ring prod" }).waitFor();
    expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(1_500);
    expect(await page.getByText("5 nodes held up").count()).toBe(1);
  });
});
