import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ReadFile } from "../../kustomize/render.ts";

const root = join(import.meta.dirname, "../..");

/** Where what kubectl printed is kept. */
export const GOLDEN = join(root, "test/kustomize/golden");

/** A kustomization: the tree it is in, and its folder there. */
export interface Case {
  readonly name: string;
  readonly tree: string;
  readonly directory: string;
}

/**
 * The fixtures: what both render, what both refuse, and what kubectl renders but Drydock refuses, because something of
 * what was written would be lost. The sample fleet's clusters are among the first.
 */
export function cases(): Readonly<Record<"accepted" | "refused" | "stricter", readonly Case[]>> {
  const clusters = readdirSync(join(root, "fleet/clusters")).map((name) => ({
    name: `fleet-${name}`,
    tree: join(root, "fleet"),
    directory: `clusters/${name}`,
  }));
  return {
    accepted: [...clusters, ...fixtures("accepted")],
    refused: fixtures("refused"),
    stricter: fixtures("stricter"),
  };
}

/** A fixture with several folders is built from the one called `overlay`. */
function fixtures(group: string): Case[] {
  const parent = join(root, "test/kustomize/fixtures", group);
  return readdirSync(parent)
    .toSorted()
    .map((name) => {
      const tree = join(parent, name);
      return { name, tree, directory: existsSync(join(tree, "overlay")) ? "overlay" : "" };
    });
}

/** Reads files below a folder. */
export function filesOf(tree: string): ReadFile {
  return (path) => {
    const file = join(tree, path);
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
  };
}

/** What kubectl prints, or what it says against it. */
export function buildWithKubectl({ tree, directory }: Omit<Case, "name">): { text: string; error: string | undefined } {
  const folder = join(tree, directory);
  const run = spawnSync("kubectl", ["kustomize", basename(folder)], { cwd: dirname(folder), encoding: "utf8" });
  if (run.error) throw run.error;
  return { text: run.stdout, error: run.status === 0 ? undefined : run.stderr.trim() };
}

/** Whether there is a kubectl with the kustomize that the goldens were printed by. */
export function hasKubectl(): boolean {
  const run = spawnSync("kubectl", ["version", "--client", "-o", "json"], { encoding: "utf8" });
  return run.status === 0 && /"kustomizeVersion":\s*"v5\.5\./.test(run.stdout);
}
