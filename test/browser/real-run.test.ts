import { expect, it } from "vitest";
import { useWorlds } from "../app/world.ts";
import { violations } from "./accessibility.ts";
import { useChromium } from "./chromium.ts";

const newWorld = useWorlds();
const open = useChromium();

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
