import { type RunView, ringsOf, testsOf } from "../../domain/api/run-view.ts";
import type { World } from "./world.ts";

/** States that a run, or a part of one, stays in. */
const FINAL: readonly string[] = [
  ...["finished", "done", "failed", "skipped", "blocked", "cancelled"],
  ...["passed", "timed-out", "inconclusive", "could-not"],
];

/** Every so many looks, what changes seldom is looked at, too. */
const THOROUGH_EVERY = 4;

/** Somebody who looks at the API, again and again, and remembers what it said. */
export class Reader {
  /** What should not have been answered. */
  readonly complaints: string[] = [];
  readonly #world: World;
  /** The final states that were shown, by what they are states of. */
  readonly #ended = new Map<string, string>();
  /** What runs that have ended looked like, to the last letter. */
  readonly #finished = new Map<string, string>();
  #looks = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Looks at the runs, and now and then at the rest; answers the runs, or nothing while the host is down. */
  async look(): Promise<RunView[] | undefined> {
    const isThorough = this.#looks % THOROUGH_EVERY === 0;
    this.#looks += 1;
    // A fleet.yaml that cannot be read is a 502 that says why.
    if (isThorough && this.#world.fleetFile === "whole") await this.#read("/fleet");
    const list = await this.#read("/runs?limit=200");
    if (!list?.ok) return undefined;
    const { runs } = (await list.json()) as { runs: RunView[] };
    for (const { id } of runs) if (!this.#finished.has(id)) await this.lookAt(id, isThorough);
    for (const run of runs) this.#compare(`the list: ${run.id}`, run.status);
    return runs;
  }

  /** Looks at one run, and at its report: that of a run that goes on is looked for only when told so. */
  async lookAt(id: string, isThorough = true): Promise<RunView | undefined> {
    const answer = await this.#read(`/runs/${id}`);
    if (!answer?.ok) return undefined;
    const run = (await answer.json()) as RunView;
    this.#compareParts(run);
    if (run.status !== "finished" && !isThorough) return run;
    const report = await this.#read(`/runs/${id}/report`);
    if (run.status !== "finished") return run;
    if (report && !report.ok) this.complaints.push(`run ${id} is finished, and has no report: ${report.status}`);
    const text = JSON.stringify(run);
    const before = this.#finished.get(id) ?? text;
    if (before !== text) this.complaints.push(`run ${id} had ended, and looks different now`);
    this.#finished.set(id, text);
    return run;
  }

  async #read(path: string): Promise<Response | undefined> {
    const answer = await this.#world.call(path);
    if (answer && answer.status >= 500) {
      this.complaints.push(`GET ${path} was answered with ${answer.status}: ${await answer.text()}`);
    }
    return answer;
  }

  #compareParts(run: RunView): void {
    const { id, status } = run;
    this.#compare(id, status);
    for (const test of testsOf(run)) {
      this.#compare(`${id} test of ${test.cluster}`, test.state);
      for (const { name, state } of test.phases) this.#compare(`${id} ${name} of ${test.cluster}`, state);
    }
    for (const ring of ringsOf(run)) {
      this.#compare(`${id} ring ${ring.name}`, ring.state);
      for (const cluster of ring.clusters) {
        // A retry of a cluster is another attempt, with states of its own.
        const attempt = `${id} ${cluster.name} (attempt ${cluster.attempt})`;
        this.#compare(attempt, cluster.state);
        for (const pool of cluster.pools) this.#compare(`${attempt} ${pool.name}`, pool.state);
      }
    }
  }

  #compare(subject: string, state: string): void {
    const before = this.#ended.get(subject);
    if (before !== undefined && before !== state) {
      this.complaints.push(`${subject} was ${before}, and is ${state} again`);
    }
    if (FINAL.includes(state)) this.#ended.set(subject, state);
  }
}
