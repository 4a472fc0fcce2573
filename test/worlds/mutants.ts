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
  /** The world that noticed it last: it is lived through first, and the others only when it no longer does. */
  readonly seed?: number;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "deletes pods instead of evicting them",
    file: "adapters/kubernetes/drain/drain-nodes.ts",
    from: "removePod(transport, pod, removal)",
    to: "removePod(transport, pod, { ...removal, usesDelete: true })",
    caughtBy: /no budget is ever broken/,
  },
  {
    name: "forgets to undo",
    file: "orchestrations/undo-stack.ts",
    from: "yield* undo(step);",
    to: "",
    caughtBy: /no (cordon|pool) outlives its run/,
    seed: 49,
  },
  {
    name: "ignores windows",
    file: "orchestrations/checkpoint.ts",
    from: "if (admission.admitted) return null;",
    to: "if (admission.admitted || true) return null;",
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
    name: "waits for a cluster in one history",
    file: "orchestrations/cluster-lease.ts",
    from: "ask < ASKS_PER_HISTORY",
    to: "ask < Number.POSITIVE_INFINITY",
    caughtBy: /no history grows without bound/,
  },
  {
    name: "loses events that ask for what is being done",
    file: "functions/on-container-service-event.ts",
    from: 'await client.signalEntity(record, "fold", folded);',
    to: "return true;",
    caughtBy: /every accepted event leads to/,
  },
  {
    name: "starts a run for each copy of an event",
    file: "functions/on-container-service-event.ts",
    from: 'await startOnce(client, "upgrade", runId, request);',
    to: 'await startOnce(client, "upgrade", runId + Date.now(), request);',
    caughtBy: /an event starts one run at most/,
  },
  {
    name: "never searches for new images by itself",
    file: "functions/find-node-images.ts",
    from: "if (await findStatus(client, runId)) return",
    to: "if (runId !== undefined) return",
    caughtBy: /the weekly search comes/,
  },
  {
    name: "does not wait between rings",
    file: "orchestrations/soak-ring.ts",
    from: "soakMinutes === 0) return",
    to: "soakMinutes >= 0) return",
    caughtBy: /rings follow one another/,
  },
  {
    name: "changes all clusters of a ring at once",
    file: "orchestrations/upgrade-ring.ts",
    from: "const width = Math.min(ring.maxParallel, todo.length);",
    to: "const width = todo.length;",
    caughtBy: /no more clusters of a ring are changed at once/,
  },
  {
    name: "goes on after a failure",
    file: "orchestrations/upgrade.ts",
    from: "halt = output.halt;",
    to: "",
    caughtBy: /halts the rings after it/,
  },
  {
    name: "ends without a report when something is wrong",
    file: "orchestrations/upgrade.ts",
    from: "broken = true;",
    to: "throw error;",
    caughtBy: /every run ends, in a report|the API answers/,
  },
  {
    name: "tells nobody",
    file: "orchestrations/deliver-report.ts",
    from: 'const { delivered } = yield* perform(context, "deliverCard", { report });',
    to: "const delivered = report !== null;",
    caughtBy: /every run is told in Teams/,
  },
  {
    name: "calls a pool done that it did not touch",
    file: "orchestrations/surge.ts",
    from: 'work.show({ state: "upgrading" });',
    to: 'work.show({ state: "upgrading" }); return;',
    caughtBy: /a report says no more than is so/,
  },
  {
    name: "calls a node drained that is not",
    file: "orchestrations/drain-node.ts",
    from: 'seen.left === 0 ? "drained"',
    to: 'seen.left <= 2 ? "drained"',
    caughtBy: /a node that is said to be drained was empty/,
  },
  {
    name: "counts every eviction twice",
    file: "adapters/kubernetes/drain/node-drain.ts",
    from: "this.#evicted += 1;",
    to: "this.#evicted += 2;",
    caughtBy: /no more evictions are counted than were granted/,
  },
  {
    name: "shows a cluster that is done as being upgraded",
    file: "domain/api/assemble-run.ts",
    from: "state: outcome,\n    reason,\n    startedAt,\n    endedAt,\n    attempt,",
    to: 'state: outcome === "done" ? "upgrading" : outcome,\n    reason,\n    startedAt,\n    endedAt,\n    attempt,',
    caughtBy: /the API answers, and shows nothing that has ended as going on/,
  },
  {
    name: "forgets a scratch cluster",
    file: "orchestrations/test-restore.ts",
    from: "yield* takeDown(work, asked);",
    to: "",
    caughtBy: /nothing that a restore test made outlives it/,
  },
  {
    name: "believes every probe",
    file: "domain/restore/judge-probe.ts",
    from: "exitCode === expectExitCode ? undefined",
    to: "exitCode === expectExitCode || true ? undefined",
    caughtBy: /a backup is called proven only when its data came back/,
    seed: 65,
  },
  {
    name: "names the webhook in its errors",
    file: "adapters/teams/teams-webhook.ts",
    from: '"the Teams webhook cannot be reached (TEAMS_WEBHOOK_URL)"',
    to: "url",
    caughtBy: /no secret is written down/,
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
  await build({ ...options, sourcemap: false, plugins: [...(options.plugins ?? []), plugin] });
}
