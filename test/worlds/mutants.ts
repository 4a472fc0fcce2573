import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { appBundle } from "../../scripts/build.ts";

/** A way in which the app could be wrong, and which the worlds must notice. */
export interface Mutant {
  readonly name: string;
  /** The file that is wrong, from the repository's root. */
  readonly file: string;
  /** What stands there, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  /** The invariant that it breaks. */
  readonly caughtBy: RegExp;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "deletes pods instead of evicting them",
    file: "adapters/kubernetes/evict-pod.ts",
    from: "await core.createNamespacedPodEviction({",
    to: "await (core as any).deleteNamespacedPod({",
    caughtBy: /no budget is ever broken/,
  },
  {
    name: "forgets to undo",
    file: "orchestrations/undo-stack.ts",
    from: "yield* undo.step();",
    to: "",
    caughtBy: /no (cordon|pool) outlives its run/,
  },
  {
    name: "ignores windows",
    file: "orchestrations/ring.ts",
    from: "if (window.open) return null;",
    to: "if (window.open || true) return null;",
    caughtBy: /nothing is begun outside of a ring's window/,
  },
  {
    name: "drops the lease",
    file: "orchestrations/cluster-lease.ts",
    from: 'if (answer.granted) return "held";',
    to: 'if (answer.granted || true) return "held";',
    caughtBy: /at most one run changes a cluster/,
  },
  {
    name: "loses events that ask for what is being done",
    file: "functions/on-container-service-event.ts",
    from: 'await client.signalEntity(record, "fold", folded);',
    to: "return true;",
    caughtBy: /every accepted event leads to/,
  },
  {
    name: "does not wait between rings",
    file: "orchestrations/ring.ts",
    from: "while (nowMs(context) < untilMs) {",
    to: "while (false as boolean) {",
    caughtBy: /rings follow one another/,
  },
  {
    name: "goes on after a failure",
    file: "orchestrations/upgrade.ts",
    from: "halt ??= result.reason;",
    to: "",
    caughtBy: /halts the rings after it/,
  },
  {
    name: "calls a pool done that it did not touch",
    file: "orchestrations/surge.ts",
    from: 'work.show({ state: "upgrading" });',
    to: 'work.show({ state: "upgrading" }); return;',
    caughtBy: /a report says no more than is so/,
  },
];

const ROOT = join(import.meta.dirname, "../..");

/** Builds the app with one mistake in it. Rejects when the place of the mistake is no longer there. */
export async function buildMutant({ name, file, from, to }: Mutant, outfile: string): Promise<void> {
  const source = readFileSync(join(ROOT, file), "utf8");
  if (!source.includes(from)) throw new Error(`mutant "${name}": ${file} no longer holds: ${from}`);
  const plugin: Plugin = {
    name: "mutant",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path === join(ROOT, file) ? { contents: source.replace(from, to), loader: "ts" } : undefined,
      );
    },
  };
  const options = appBundle(outfile);
  await build({ ...options, plugins: [...(options.plugins ?? []), plugin] });
}
