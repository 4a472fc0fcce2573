import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../host/program.ts";
import { fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const folder = temporaryFolder();
let simulator: TestSimulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

interface Row {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
  readonly values: Array<[number, string]>;
}

async function ask(path: string, parameters: Record<string, string>) {
  const response = await fetch(`${simulator.url}/prometheus/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = (await response.json()) as { data: { resultType: string; result: Row[] }; error: string };
  return { ...body, status: response.status };
}

const query = async (text: string, more: Record<string, string> = {}) =>
  (await ask("query", { query: text, ...more })).data.result;
const numberOf = async (text: string) => Number((await query(text))[0]?.value[1]);
const seconds = () => simulator.clock.nowMs() / 1_000;

/** Lets a pool of prod-weu be upgraded by AKS, to its end. */
async function rollPool(): Promise<void> {
  const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const cluster = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-prod-weu/providers/Microsoft.ContainerService/managedClusters/prod-weu`;
  const url = `${simulator.url}${cluster}/agentPools/apps/upgradeNodeImageVersion?api-version=2025-08-01`;
  await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}` } });
  simulator.clock.advanceUntil(() => simulator.azure.runningOperation("prod-weu") === undefined, 7_200, 5);
}

const STOREFRONT = `cluster="prod-weu",service="storefront"`;
const ERROR_SHARE = (range: string) =>
  `sum(rate(http_requests_total{${STOREFRONT},code=~"5.."}[${range}])) / sum(rate(http_requests_total{${STOREFRONT}}[${range}]))`;

describe("what the model tells", () => {
  it("has each pod's and each node's conditions, one value of them true", async () => {
    const pods = await query('kube_pod_status_ready{cluster="prod-weu",pod=~"storefront-.*",condition="true"}');
    expect(pods.map(({ value }) => value[1])).toEqual(["1", "1", "1", "1"]);
    expect(pods[0]?.metric).toMatchObject({ __name__: "kube_pod_status_ready", namespace: "shop", condition: "true" });
    const ready = 'kube_node_status_condition{cluster="prod-weu",condition="Ready",status="true"} == 1';
    expect(await query(ready)).toHaveLength(5);
    expect(await query('kube_node_status_condition{cluster="prod-weu",condition="Ready",status="false"} == 1')).toEqual(
      [],
    );
  });

  it("counts a service's requests, few of which fail while all copies are available", async () => {
    simulator.clock.advance(3_600);
    expect(await numberOf(`sum(rate(http_requests_total{${STOREFRONT}}[5m]))`)).toBeCloseTo(20, 1);
    expect(await numberOf(ERROR_SHARE("10m"))).toBeCloseTo(0.001, 3);
    const byCluster = await query(
      'sum by (cluster) (kube_deployment_status_replicas_available{deployment="storefront"})',
    );
    expect(byCluster.map(({ metric, value }) => [metric.cluster, value[1]])).toEqual([
      ["dev-weu", "4"],
      ["prod-neu", "4"],
      ["prod-weu", "4"],
      ["staging-weu", "4"],
    ]);
  });

  it("lets more requests fail while fewer copies are ready than are wanted, and no more after that", async () => {
    await query("kube_pod_status_ready");
    const start = seconds();
    await rollPool();
    const end = seconds();
    const available = 'kube_deployment_status_replicas_available{cluster="prod-weu",deployment="storefront"}';
    const { data } = await ask("query_range", { query: available, start: `${start}`, end: `${end}`, step: "5s" });
    expect(data.resultType).toBe("matrix");
    const copies = data.result[0]?.values.map(([, value]) => Number(value)) ?? [];
    expect(copies.length).toBe(Math.floor((end - start) / 5) + 1);
    // The budget leaves one of four to be missing.
    expect([Math.min(...copies), copies.at(-1)]).toEqual([3, 4]);
    const during = await numberOf(ERROR_SHARE(`${Math.ceil(end - start)}s`));
    expect(during).toBeGreaterThan(0.0015);
    simulator.clock.advance(3_600);
    expect(await numberOf(ERROR_SHARE("30m"))).toBeLessThan(0.0015);
    expect(await query(`${ERROR_SHARE("30m")} > 0.01`)).toEqual([]);
  });

  it("remembers over a restart", async () => {
    await simulator.close();
    const stateDirectory = join(folder.path, "kept");
    simulator = await startSimulator({ stateDirectory });
    await query("kube_pod_status_ready");
    await rollPool();
    const at = { time: `${seconds() - 60}` };
    const text = 'http_requests_total{cluster="prod-weu"}';
    const before = await query(text, at);
    expect(before.length).toBeGreaterThan(4);
    const { clock } = simulator;
    await simulator.close();
    simulator = await startSimulator({ stateDirectory, clock });
    expect(await query(text, at)).toEqual(before);
  });
});

describe("the query language", () => {
  it.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["7 / 2 - 1e1", "-6.5"],
  ])("reckons %s", async (text, expected) => {
    const { data } = await ask("query", { query: text });
    expect(data).toEqual({ resultType: "scalar", result: [seconds(), expected] });
  });

  it("selects by equality and by pattern, both ways round", async () => {
    const names = async (matchers: string) =>
      (await query(`sum by (service) (http_requests_total{cluster="dev-weu",code="200",${matchers}})`)).map(
        ({ metric }) => metric.service,
      );
    expect(await names('service="writer"')).toEqual(await names('service=~"wr.*r"'));
    expect(await names('service=~"stor"')).toEqual([]);
    expect(await names('namespace!="kube-system"')).not.toContain("coredns");
    expect(await names('namespace!~"kube-.*|reports"')).toEqual(["storefront"]);
  });

  it("aggregates by labels, before or after", async () => {
    const counts = await query('count(kube_node_status_condition{status="true",condition="Ready"}) by (cluster)');
    expect(counts.map(({ metric, value }) => [metric.cluster, value[1]])).toEqual([
      ["dev-weu", "3"],
      ["prod-neu", "5"],
      ["prod-weu", "5"],
      ["staging-weu", "5"],
    ]);
    expect(await numberOf('max(kube_deployment_spec_replicas{deployment="storefront"})')).toBe(4);
  });

  it.each([
    ["", /1:1: parse error: unexpected the end of the query/],
    ["up{", /1:4: parse error: expected a label, found the end/],
    ["up{a='b'", /1:9: parse error: expected ","/],
    ['up{a=~"("}', /1:7: parse error: "\(" is no regular expression/],
    ["sum(up", /1:7: parse error: expected "\)"/],
    ["rate(up)", /1:8: parse error: expected "\["/],
    ["histogram_quantile(0.9, up)", /1:1: parse error: the function histogram_quantile is not served here/],
    ["sum without (a) (up)", /1:5: parse error: without is not served here/],
    ['{job="x"}', /1:1: parse error: a selector without a metric's name/],
    ["up offset 5m", /1:4: parse error: unexpected "offset"/],
    ["up\n  and up", /2:3: parse error: unexpected "and"/],
    ["up ; down", /1:4: parse error: unexpected character ";"/],
    ["1 > 0", /comparisons between numbers need bool/],
  ])("refuses %j with 400 and the place", async (text, message) => {
    const { status, error } = await ask("query", { query: text });
    expect([status, error]).toEqual([400, expect.stringMatching(message)]);
  });

  it.each([
    [{ start: "x", end: "2", step: "1" }, /"start": cannot parse "x"/],
    [{ start: "3", end: "2", step: "1" }, /"end": end timestamp must not be before/],
    [{ start: "1", end: "2", step: "0" }, /"step": cannot parse "0"/],
    [{ start: "1", end: "20000", step: "1" }, /exceeded maximum resolution/],
  ])("refuses the range %j", async (range, message) => {
    const { status, error } = await ask("query_range", { query: "up", ...range });
    expect([status, error]).toEqual([400, expect.stringMatching(message)]);
  });

  it("takes a query by POST too, and knows no metric that it does not have", async () => {
    const body = new URLSearchParams({ query: "up" });
    const response = await fetch(`${simulator.url}/prometheus/api/v1/query`, { method: "POST", body });
    expect(await response.json()).toEqual({ status: "success", data: { resultType: "vector", result: [] } });
  });
});
