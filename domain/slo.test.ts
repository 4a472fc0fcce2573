import { describe, expect, it } from "vitest";
import {
  clusterSlo,
  type PromSample,
  prometheusSchema,
  type Slo,
  sloPolicySchema,
  sloProblem,
  sloQuery,
} from "./slo.ts";

const slo = (change: Partial<Slo> = {}): Slo => ({ name: "errors", query: "q", max: 0.01, forMinutes: 0, ...change });
const sample = (value: number, labels: PromSample["labels"] = {}): PromSample => ({ labels, value });

describe("a level that a measure has to keep", () => {
  const codeOf = (samples: PromSample[], change: Partial<Slo> = {}) =>
    sloProblem("dev-weu", slo(change), { read: true, samples }, "warn")?.code ?? "kept";

  it.each([
    ["kept below max", [sample(0.009)], {}, "kept"],
    ["kept at max", [sample(0.01)], {}, "kept"],
    ["broken above max", [sample(0.011)], {}, "SloBroken"],
    ["kept at min", [sample(3)], { max: undefined, min: 3 }, "kept"],
    ["broken below min", [sample(2.9)], { max: undefined, min: 3 }, "SloBroken"],
    ["broken by one sample of many", [sample(0), sample(1), sample(0)], {}, "SloBroken"],
    ["broken by infinity", [sample(Infinity)], {}, "SloBroken"],
    ["broken when one sample is, whatever another cannot tell", [sample(Number.NaN), sample(1)], {}, "SloBroken"],
    ["not told by NaN", [sample(Number.NaN)], {}, "SloUnknown"],
    ["not told by no sample at all", [], {}, "SloUnknown"],
  ])("is %s", (_rule, samples, change, code) => {
    expect(codeOf(samples, change as Partial<Slo>)).toBe(code);
  });

  it("says the value, of which series it is, and what is asked for", () => {
    const reading = { read: true, samples: [sample(0.123456, { service: "cart" })] } as const;
    expect(sloProblem("dev-weu", slo({ forMinutes: 5 }), reading, "warn")).toEqual({
      cluster: "dev-weu",
      code: "SloBroken",
      subject: "slo/errors",
      message: 'SLO errors of dev-weu is 0.1235 {service="cart"}; at most 0.01 is asked for',
      forMinutes: 5,
    });
  });

  it("that cannot be told stops what asks for that, and is told otherwise", () => {
    const reading = { read: false, why: "there was no answer" } as const;
    const message = "SLO errors of dev-weu cannot be told: there was no answer";
    expect(sloProblem("dev-weu", slo(), reading, "warn")).toMatchObject({
      code: "SloUnknown",
      message,
      isOnlyTold: true,
    });
    expect(sloProblem("dev-weu", slo(), reading, "halt")).not.toHaveProperty("isOnlyTold");
  });
});

describe("a query about one cluster", () => {
  it.each([
    [
      "names the cluster wherever it asks for it",
      'a{cluster="{cluster}"} / b{cluster="{cluster}"}',
      "prod-weu",
      'a{cluster="prod-weu"} / b{cluster="prod-weu"}',
    ],
    ["is as it is without a place for a name", 'sum(up{job="x"})', 'we"ird', 'sum(up{job="x"})'],
    ["is not asked with a name that could end a string", 'a{cluster="{cluster}"}', 'x"} or vector(0) #', null],
    ["is not asked with a name that is a pattern", 'a{cluster=~"{cluster}"}', ".*", null],
    ["takes dollars for dollars", '"{cluster}$&"', "a_b", '"a_b$&"'],
  ])("%s", (_rule, query, cluster, expected) => {
    expect(sloQuery(query, cluster)).toBe(expected);
  });
});

describe("where PromQL is asked", () => {
  const mistake = (value: object): string => {
    const parsed = prometheusSchema.safeParse(value);
    return parsed.success ? "none" : (parsed.error.issues[0]?.message ?? "");
  };

  it.each([
    ["Azure Managed Prometheus", { endpoint: "https://fleet-ab12.westeurope.prometheus.monitor.azure.com" }, /^none$/],
    ["this machine", { endpoint: "http://127.0.0.1:9090/prometheus" }, /^none$/],
    ["a service of the cluster", { service: "monitoring/prometheus:9090" }, /^none$/],
    [
      "another host with an audience of its own",
      { endpoint: "https://prom.example.com", audience: "api://prom" },
      /^none$/,
    ],
    ["another host without a token", { endpoint: "https://prom.example.com", audience: "" }, /^none$/],
    ["another host with Azure's token", { endpoint: "https://prom.example.com" }, /no host of Azure Monitor/],
    [
      "a host that only looks like Azure's",
      { endpoint: "https://prometheus.monitor.azure.com.evil.example" },
      /no host of/,
    ],
    ["plain http", { endpoint: "http://prom.example.com", audience: "" }, /expected https/],
    ["a metadata service", { endpoint: "https://169.254.169.254", audience: "" }, /metadata or link-local/],
    ["a user and a password", { endpoint: "https://a:b@prom.example.com", audience: "" }, /no user and no password/],
    ["nowhere", {}, /either endpoint or service/],
    [
      "two places",
      { endpoint: "https://x.prometheus.monitor.azure.com", service: "a/b:1" },
      /either endpoint or service/,
    ],
    ["a service that leaves its path", { service: "monitoring/../secrets:9090" }, /namespace\/name:port/],
  ])("may be, or may not be: %s", (_what, value, expected) => {
    expect(mistake(value)).toMatch(expected);
  });

  it("is where the cluster says, or else where its ring says, and nowhere without queries", () => {
    const ring = sloPolicySchema.parse({
      prometheus: { service: "monitoring/ring:9090" },
      queries: [{ name: "errors", query: "q", max: 1 }],
    });
    const own = prometheusSchema.parse({ service: "monitoring/own:9090" });
    expect(clusterSlo(ring, own).slo?.prometheus.service).toBe("monitoring/own:9090");
    expect(clusterSlo(ring, undefined).slo?.prometheus.service).toBe("monitoring/ring:9090");
    expect(clusterSlo({ ...ring, queries: [] }, own)).toEqual({});
  });

  it.each([
    ["no limit", [{ name: "a", query: "q" }], /max or min/],
    ["limits that nothing keeps", [{ name: "a", query: "q", max: 1, min: 2 }], /min is above max/],
    [
      "a name twice",
      [
        { name: "a", query: "q", max: 1 },
        { name: "a", query: "r", max: 1 },
      ],
      /stands twice/,
    ],
  ])("is not asked for a query with %s", (_what, queries, expected) => {
    const parsed = sloPolicySchema.safeParse({ queries });
    expect(parsed.error?.issues[0]?.message).toMatch(expected);
  });
});
