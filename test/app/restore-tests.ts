import { type RestoreReport, restoreReportSchema } from "../../domain/restore/restore-report.ts";
import type { TestWorld } from "./world.ts";

/** Starts restore tests; answers the run's id. */
export async function startTests(world: TestWorld, body: object = {}): Promise<string> {
  const asked = { kind: "restore-test", by: "ada", reason: "a test", ...body };
  const response = await world.during(() => world.api("runs", { method: "POST", body: asked }));
  const text = await response.text();
  if (response.status !== 202) throw new Error(`POST runs: ${response.status} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

/** The report of a run of restore tests. */
export async function testReport(world: TestWorld, id: string): Promise<RestoreReport> {
  return restoreReportSchema.parse(await (await world.api(`runs/${id}/report`)).json());
}

/** What there is in Azure that a test might have left: groups, clusters, roles, bindings, extensions. */
export async function leftovers({ simulator }: TestWorld): Promise<string[]> {
  const { azure } = simulator;
  return [...azure.resources.values().map(({ id }) => id), ...azure.clusters.values().map(({ name }) => name)].sort();
}
