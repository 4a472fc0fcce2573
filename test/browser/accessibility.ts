import axe from "axe-core";
import type { Page } from "playwright-core";

/** Checks the page as it is, in light and dark. One line for each violation: scheme, rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy would refuse that.
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const results = await page.evaluate(() => {
      const { axe: checker } = globalThis as unknown as { axe: typeof import("axe-core") };
      return checker.run(document, { resultTypes: ["violations"] });
    });
    for (const { id, nodes } of results.violations) {
      for (const { target, failureSummary } of nodes) {
        found.push(`${colorScheme} ${id} ${target.join(" ")}: ${failureSummary}`);
      }
    }
  }
  return found;
}
