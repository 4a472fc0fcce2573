import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { onlyClusters, type TestWorld, useWorlds } from "../app/world.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { violations } from "./accessibility.ts";
import { useChromium } from "./chromium.ts";

const newWorld = useWorlds();
const open = useChromium();

/** The sample with one cluster, where the next minor version of Kubernetes wants approval. */
const wantsApproval = (yaml: string) =>
  onlyClusters("dev-weu")(yaml).replaceAll("upgrades: { patch: auto }", "upgrades: { patch: auto, minor: approve }");

async function start(world: TestWorld, body: object): Promise<string> {
  const asked = { kind: "upgrade", by: "ada", reason: "the release of this month", ...body };
  const response = await world.api("runs", { method: "POST", body: asked });
  return ((await response.json()) as { id: string }).id;
}

/** The console, in which somebody is on the page of a run. */
async function onRun(world: TestWorld, id: string): Promise<Page> {
  const { page } = await open();
  await page.goto(`${world.host.url}/console#code=${encodeURIComponent(world.host.keys.host)}`);
  await page.getByRole("link", { name: id }).click();
  await page.getByRole("heading", { name: id }).waitFor();
  return page;
}

/** Gives a signal as a person does. */
async function give(page: Page, offer: string, confirm: string, reason: string): Promise<void> {
  await page.getByRole("button", { name: offer }).click();
  await page.getByLabel("Who are you?").fill("bob");
  await page.getByLabel("Why?").fill(reason);
  await page.getByRole("button", { name: confirm, exact: true }).click();
}

/** Where to look at the page as a picture: DRYDOCK_PICTURES names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.DRYDOCK_PICTURES;
  if (!folder) return;
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 380, height: 800 });
  await page.screenshot({ path: `${folder}/${name}-phone.png`, fullPage: true });
  await page.setViewportSize({ width: 1200, height: 900 });
}

/** Takes away the pod that nobody would make again, in a cluster of the sample. */
async function deleteBarePod(world: TestWorld, cluster: string): Promise<void> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${cluster}`, cluster);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  const core = config.makeApiClient(CoreV1Api);
  const { items } = await core.listPodForAllNamespaces();
  for (const { metadata } of items.filter(({ metadata }) => metadata?.name?.startsWith("toolbox"))) {
    await core.deleteNamespacedPod({
      name: metadata?.name ?? "",
      namespace: metadata?.namespace ?? "",
      gracePeriodSeconds: 0,
    });
  }
}

it("a plan is made and started, what it wants approved is approved, and the versions are there", async () => {
  const world = await newWorld({ fleetYaml: wantsApproval });
  const { page, mistakes } = await open();
  await page.goto(`${world.host.url}/console#code=${encodeURIComponent(world.host.keys.host)}`);
  await page.getByRole("link", { name: "Plan", exact: true }).click();
  await page.getByLabel("Only these:").check();
  await page.getByLabel("dev-weu").check();
  await page.getByRole("button", { name: "Make the plan" }).click();
  // Time goes on by the second: were it let go, the weekly timer would start a run meanwhile.
  while (!(await page.getByText("1 of 1 cluster would be upgraded").isVisible())) await world.pass(1);
  await page.getByText("To be approved: Kubernetes 1.33 to 1.34.2 (minor)").waitFor();
  await picture(page, "plan");
  await page.getByRole("button", { name: "Start this run…" }).click();
  await page.getByLabel("Who are you?").fill("ada");
  await page.getByLabel("Why?").fill("as planned");
  await page.getByRole("button", { name: "Start the run" }).click();
  await page.getByRole("heading", { name: /Upgrade upgrade-/ }).waitFor();
  const id = /runs\/([^/]+)$/.exec(page.url())?.[1] ?? "";
  await world.until(id, ({ gates }) => gates.length > 0);
  await page.getByText("May ring dev be upgraded: Kubernetes 1.33 to 1.34.2 (minor)?").first().waitFor();
  await picture(page, "approval");
  expect(await violations(page)).toEqual([]);
  await give(page, "Approve…", "Approve", "tested in the lab");
  await page.getByRole("row", { name: /bob approved approve-dev tested in the lab/ }).waitFor();
  const run = await world.ended(id);
  expect(run.rings[0]?.clusters[0]).toMatchObject({ state: "done", controlPlane: { to: "1.34.2", state: "done" } });
  await page.getByRole("link", { name: "Report" }).click();
  await page.getByText(/1 of 1 cluster done/).waitFor();
  const controlPlane = page.getByText("Control plane").locator("..");
  expect(await controlPlane.textContent()).toMatch(/Done.*1\.33\.\d+ → 1\.34\.2/);
  await page.getByRole("row", { name: /bob approved/ }).waitFor();
  await picture(page, "report");
  expect(mistakes).toEqual([]);
});

it("what is declined is left out, and the run says by whom", async () => {
  const world = await newWorld({ fleetYaml: wantsApproval });
  const id = await start(world, { clusters: ["dev-weu"] });
  await world.until(id, ({ gates }) => gates.length > 0);
  const page = await onRun(world, id);
  await give(page, "Decline…", "Decline", "not before Christmas");
  await page.getByRole("row", { name: /bob declined approve-dev not before Christmas/ }).waitFor();
  const run = await world.ended(id);
  expect(run.rings[0]?.clusters[0]?.controlPlane?.to).not.toBe("1.34.2");
  await page.getByText(/bob answered "decline" for ring dev/).waitFor();
});

it("a halted ring says what to do, is tried again when that is done, and goes on", async () => {
  const careful = (yaml: string) => onlyClusters("dev-weu")(yaml).replace("    barePods: delete\n", "");
  const world = await newWorld({ fleetYaml: careful });
  const id = await start(world, { clusters: ["dev-weu"], scope: "nodeImage" });
  await world.until(id, ({ gates }) => gates.length > 0);
  const page = await onRun(world, id);
  const panel = page.getByRole("region", { name: /Halted.*Ring dev/ });
  await panel.getByText("What to do:").waitFor();
  expect(await panel.textContent()).toMatch(/dev-weu: blocked: .*toolbox/);
  await picture(page, "halted");
  expect(await violations(page)).toEqual([]);
  await deleteBarePod(world, "dev-weu");
  await give(page, "Try again…", "Try again", "the pod is gone");
  await panel.waitFor({ state: "detached" });
  expect((await world.ended(id)).verdict).toBe("passed");
  await page.getByText("2nd try").waitFor();
});

it("a run is paused and resumed, and refuses what has no effect any more", async () => {
  const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
  const id = await start(world, { clusters: ["dev-weu"], scope: "nodeImage" });
  await world.until(id, ({ rings }) => JSON.stringify(rings).includes('"draining"'));
  const page = await onRun(world, id);
  const late = await onRun(world, id);
  await late.getByRole("button", { name: "Pause…" }).click();
  await give(page, "Pause…", "Pause the run", "lunch");
  await page.getByText(/bob paused this run at .+: lunch/).waitFor();
  await late.getByLabel("Who are you?").fill("eve");
  await late.getByLabel("Why?").fill("me too");
  await late.getByRole("button", { name: "Pause the run" }).click();
  await late.getByRole("alert").filter({ hasText: "409 Signal refused" }).waitFor();
  await world.until(id, ({ rings }) => JSON.stringify(rings).includes("paused by bob: lunch"));
  await page.getByText("paused by bob: lunch", { exact: true }).waitFor();
  await picture(page, "paused");
  await give(page, "Resume…", "Resume the run", "lunch is over");
  await page.getByRole("button", { name: "Pause…" }).waitFor();
  expect((await world.ended(id)).verdict).toBe("passed");
  expect(await page.getByRole("row", { name: /bob (paused|resumed) the run/ }).count()).toBe(2);
});

it("shows a run of the app itself, from the drain that waits for a budget to the report", async () => {
  const world = await newWorld();
  const { page, mistakes } = await open();
  const body = { kind: "upgrade", by: "ada", reason: "the image of this week" };
  const { id } = (await (await world.api("runs", { method: "POST", body })).json()) as { id: string };
  await world.until(id, ({ rings }) => JSON.stringify(rings).includes("PodDisruptionBudgetBlocks"));
  await page.goto(`${world.host.url}/console#code=${encodeURIComponent(world.host.keys.host)}`);
  await page.getByRole("link", { name: id }).click();
  await page
    .getByText(/PDB .* allows 0 disruptions/)
    .first()
    .waitFor();
  // Durations are in the app's time, which is not the browser's.
  expect(
    await page
      .getByText(/Running for/)
      .locator("..")
      .textContent(),
  ).toMatch(/^Running for\s*\d+ min/);
  // Where to look at it as a picture: docs/console.png is made so.
  const picture = process.env.DRYDOCK_PICTURE;
  if (picture) await page.screenshot({ path: picture, clip: { x: 0, y: 0, width: 1200, height: 740 } });
  expect(await violations(page)).toEqual([]);
  await world.ended(id);
  await page.getByRole("link", { name: "Report" }).click();
  await page.getByText(/4 of 4 clusters done/).waitFor();
  await page.getByRole("link", { name: "Fleet" }).click();
  await page.getByRole("heading", { name: /prod/ }).first().waitFor();
  expect(mistakes).toEqual([]);
});
