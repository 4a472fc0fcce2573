import type { Plugin } from "esbuild";

/** Marks a resolution as ours, so that it is not taken up again. */
const OURS = Symbol("resolved without side effects");

/**
 * Tells esbuild that the modules of a package do nothing when they are loaded but define what they export, which its
 * package.json does not say, so that what is not used is left out. A polyfill among them is left out, too.
 */
export function withoutSideEffects(packageName: string): Plugin {
  const inside = `/node_modules/${packageName}/`;
  return {
    name: `without-side-effects:${packageName}`,
    setup(build) {
      build.onResolve({ filter: /^[.@\w]/ }, async ({ path, pluginData, importer, resolveDir, kind }) => {
        const isOf = path === packageName || (path.startsWith(".") && importer.replaceAll("\\", "/").includes(inside));
        if (pluginData === OURS || !isOf) return undefined;
        const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: OURS });
        return { ...found, sideEffects: false };
      });
    },
  };
}
