import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withoutSideEffects } from "./without-side-effects.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drydock-build-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles `app.js` beside a package of two features, which both do something when they are loaded. */
async function bundle(packageName: string, plugins: string[]): Promise<string> {
  const files = {
    "app.js": `import { used } from "${packageName}"; import "./own.js"; console.log(used());`,
    "own.js": `console.log("our own effect");`,
    [`node_modules/${packageName}/package.json`]: `{"name":"${packageName}","type":"module","main":"index.js"}`,
    [`node_modules/${packageName}/index.js`]: `export * from "./lib/used.js"; export * from "./lib/unused.js";`,
    [`node_modules/${packageName}/lib/used.js`]: `import { inner } from "./inner.js"; export const used = () => inner;`,
    [`node_modules/${packageName}/lib/inner.js`]: `export const inner = "the used feature";`,
    [`node_modules/${packageName}/lib/unused.js`]: `globalThis.touched = "the unused feature"; export class Unused {}`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ["app.js"],
    bundle: true,
    format: "cjs",
    write: false,
    plugins: plugins.map(withoutSideEffects),
  });
  return outputFiles[0]?.text ?? "";
}

describe("a package without side effects", () => {
  it.each(["client", "@scope/client"])("%s is left out but for what is used", async (packageName) => {
    const text = await bundle(packageName, [packageName]);
    expect(text).toContain("the used feature");
    expect(text).not.toContain("the unused feature");
  });

  it("does not take the effects of our own modules with it", async () => {
    expect(await bundle("client", ["client"])).toContain("our own effect");
  });

  it("is kept whole when it is not the one named", async () => {
    expect(await bundle("client-more", ["client"])).toContain("the unused feature");
  });
});
