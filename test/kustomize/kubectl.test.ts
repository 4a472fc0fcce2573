import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KustomizeError } from "../../kustomize/kustomize-error.ts";
import { renderToYaml } from "../../kustomize/render.ts";
import { buildWithKubectl, type Case, cases, filesOf, hasKubectl } from "./fixtures.ts";
import { overlayTree } from "./overlay-trees.ts";

const { accepted, refused } = cases();
const seed = Number(process.env.KUSTOMIZE_SEED ?? 20260301);
const numRuns = Number(process.env.KUSTOMIZE_RUNS ?? 40);
const present = hasKubectl();
if (!present)
  console.warn(
    "no kubectl with kustomize 5.5 on the PATH: nothing is compared with it, only with what it printed before",
  );

/** What we print; undefined when we refuse. */
function ours({ tree, directory }: Omit<Case, "name">): string | undefined {
  try {
    return renderToYaml(directory, filesOf(tree));
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

/** What kubectl prints; undefined when it refuses. */
function theirs(kustomization: Omit<Case, "name">): string | undefined {
  const { text, error } = buildWithKubectl(kustomization);
  return error === undefined ? text : undefined;
}

describe.skipIf(!present)("the kubectl of this machine", () => {
  it.each(accepted)("prints $name as we do", (one) => {
    expect(ours(one)).toBe(theirs(one));
  });

  it.each(refused)("refuses $name as we do", (one) => {
    expect(theirs(one)).toBeUndefined();
    expect(ours(one)).toBeUndefined();
  });

  it(
    "prints random trees of overlays as we do, and refuses those that we refuse",
    () => {
      const tree = mkdtempSync(join(tmpdir(), "kustomize-"));
      try {
        fc.assert(
          fc.property(overlayTree, (files) => {
            rmSync(tree, { recursive: true });
            for (const [path, text] of Object.entries(files)) {
              mkdirSync(dirname(join(tree, path)), { recursive: true });
              writeFileSync(join(tree, path), text);
            }
            const kustomization = { tree, directory: "overlay" };
            expect(ours(kustomization)).toBe(theirs(kustomization));
          }),
          { seed, numRuns },
        );
      } finally {
        rmSync(tree, { recursive: true, force: true });
      }
    },
    numRuns * 3_000,
  );
});
