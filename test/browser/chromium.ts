import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { buildConsole } from "../../scripts/build.ts";

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Uncaught errors, and what Chromium refused by the page's own policy. */
  readonly mistakes: readonly string[];
}

/** Chromium for a file's tests. Each call opens a page of its own, with nothing kept from the others; it ends with its test. */
export function useChromium(): (options?: BrowserContextOptions) => Promise<WatchedPage> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  afterAll(() => browser?.close());
  return async (options = {}) => {
    if (!browser) throw new Error("Chromium was not started.");
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      acceptDownloads: true,
      ...options,
    });
    const page = await context.newPage();
    const mistakes: string[] = [];
    page.on("pageerror", (error) => mistakes.push(String(error)));
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) mistakes.push(message.text());
    });
    return { page, mistakes };
  };
}

/** The built console for a file's tests; gives its folder. */
export function useBuiltConsole(): () => string {
  let directory = "";
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "drydock-console-"));
    await buildConsole(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}
