import { parse, stringify } from "yaml";
import { type ClusterTest, type RestoreReport, restoreReportSchema } from "../../domain/restore/restore-report.ts";
import type { TestWorld } from "./world.ts";

/** What tests of the sample's plan change in it. */
interface PlanChanges {
  /** Members of `restoreTests`. */
  readonly plan?: object;
  /** Members of `restoreTests.scratch`. */
  readonly scratch?: object;
  /** Members of every test. */
  readonly test?: object;
}

/** The sample's fleet.yaml with another plan of restore tests. */
export function withPlan({ plan = {}, scratch = {}, test = {} }: PlanChanges): (yaml: string) => string {
  return (yaml) => {
    const fleet = parse(yaml);
    const { restoreTests } = fleet;
    const clusters = restoreTests.clusters.map((one: object) => ({ ...one, ...test }));
    const changed = { ...restoreTests, clusters, scratch: { ...restoreTests.scratch, ...scratch }, ...plan };
    return stringify({ ...fleet, restoreTests: changed }, { aliasDuplicateObjects: false });
  };
}

/** A probe of the sample's database. */
export function ordersProbe(name: string, command: string, more: object = {}): object {
  const job = { image: "docker.io/library/busybox:1.37", command: ["sh", "-c", command], ...more };
  return { name, namespace: "orders", timeoutMinutes: 5, job: { ...job, claims: { "data-orders-db-0": "/data" } } };
}

/** Starts restore tests; answers the run's id. */
export async function startTests(world: TestWorld, body: object = {}): Promise<string> {
  const asked = { kind: "restore-test", clusters: ["prod-weu"], by: "ada", reason: "a test", ...body };
  const response = await world.during(() => world.api("runs", { method: "POST", body: asked }));
  const text = await response.text();
  if (response.status !== 202) throw new Error(`POST runs: ${response.status} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

/** Gives a run of restore tests a signal. */
export async function signalTests(world: TestWorld, run: string, signal: string, gate?: string): Promise<void> {
  const body = { signal, by: "bob", reason: `because of ${signal}`, ...(gate ? { gate } : {}) };
  const response = await world.slowly(() => world.api(`runs/${run}/signals`, { method: "POST", body }));
  if (response.status !== 202) throw new Error(`${signal}: ${response.status} ${await response.text()}`);
}

/** The report of a run of restore tests. */
export async function testReport(world: TestWorld, id: string): Promise<RestoreReport> {
  return restoreReportSchema.parse(await (await world.api(`runs/${id}/report`)).json());
}

/** Runs a test of prod-weu to its end; answers its report's only test, and that report. */
export async function proven(world: TestWorld, body: object = {}): Promise<ClusterTest & { report: RestoreReport }> {
  const id = await startTests(world, body);
  await world.testsEnded(id);
  const report = await testReport(world, id);
  const [test] = report.clusters;
  if (!test) throw new Error(`the report has no test: ${JSON.stringify(report)}`);
  return { ...test, report };
}

/** Every code that was found in a test, with its severity, in the order of the phases. */
export function codesOf({ phases, findings }: ClusterTest): string[] {
  return [...phases.flatMap((phase) => phase.findings), ...findings].map(({ severity, code }) => `${severity} ${code}`);
}

/** How each phase of a test ended. */
export function outcomesOf({ phases }: ClusterTest): string[] {
  return phases.map(({ name, outcome }) => `${name} ${outcome}`);
}

/** What there is in Azure that a test might leave: groups, clusters, roles, bindings, extensions. */
export function resourcesOf({ simulator }: TestWorld): string[] {
  const { azure } = simulator;
  return [...azure.resources.values().map(({ id }) => id), ...azure.clusters.values().map(({ name }) => name)].sort();
}
