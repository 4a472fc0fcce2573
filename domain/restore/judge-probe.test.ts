import { describe, expect, it } from "vitest";
import { judgeProbe, newestDataOf, type ProbeAnswer, probeFindings } from "./judge-probe.ts";
import { probeSchema } from "./probe.ts";

const probe = (what: object) => probeSchema.parse({ name: "orders", namespace: "shop", ...what });
const job = (more: object = {}) => probe({ job: { image: "i", ...more } });
const http = (more: object = {}) => probe({ http: { service: "cart", port: 80, ...more } });
const freshness = probe({ freshness: { image: "i" } });

const ended = (exitCode: number, log = ""): ProbeAnswer => ({ kind: "ended", exitCode, log });
const answered = (status: number, body = ""): ProbeAnswer => ({ kind: "answered", status, body });

describe("a probe", () => {
  it.each([
    ["ends as expected", job(), ended(0), "held", ""],
    ["ends otherwise", job(), ended(2), "failed", "it ended with 2 instead of 0"],
    ["is expected to fail", job({ expectExitCode: 3 }), ended(3), "held", ""],
    ["prints what is expected", job({ expectLog: "^data: OK$" }), ended(0, "hello\ndata: OK\n"), "held", ""],
    [
      "prints something else",
      job({ expectLog: "OK$" }),
      ended(0, "data: FAILED\n"),
      "failed",
      "its log does not match /OK$/: data: FAILED",
    ],
    [
      "prints JSON among its lines",
      job({ expectJson: { path: "orders.0.id", equals: "7" } }),
      ended(0, 'starting\n{"orders":[{"id":7}]}\n{done}\n'),
      "held",
      "",
    ],
    ["counts enough", job({ expectJson: { path: "n", atLeast: 10 } }), ended(0, '{"n":10}'), "held", ""],
    [
      "counts too few",
      job({ expectJson: { path: "n", atLeast: 10 } }),
      ended(0, '{"n":9}'),
      "failed",
      "n is 9, and should be at least 10",
    ],
    [
      "counts what is no number",
      job({ expectJson: { path: "n", atLeast: 1 } }),
      ended(0, '{"n":"many"}'),
      "failed",
      "n is many, and should be at least 1",
    ],
    ["prints no JSON", job({ expectJson: { path: "n", atLeast: 1 } }), ended(0, "n=3"), "failed", "it has no n"],
    ["answers", http(), answered(200), "held", ""],
    ["answers otherwise", http(), answered(503), "failed", "it answered 503 instead of 200"],
    [
      "answers another body",
      http({ expectBody: "ready" }),
      answered(200, "warming up"),
      "failed",
      "its body does not match /ready/: warming up",
    ],
    ["hangs", job(), { kind: "timed-out", why: "no end within 10 min" }, "timed-out", "no end within 10 min"],
    ["cannot be asked", http(), { kind: "unknown", why: "no such service" }, "unknown", "no such service"],
  ] as const)("that %s is judged so", (_what, question, answer, outcome, why) => {
    expect(judgeProbe(question, answer, null)).toMatchObject({ outcome, why, newestDataAt: null });
  });

  it.each([
    ["2026-11-20T01:58:00Z", "2026-11-20T01:58:00.000Z"],
    ["rows: 12\n2026-11-20 02:58:00+01:00\n\n", "2026-11-20T01:58:00.000Z"],
    ["1795139880", "2026-11-20T01:58:00.000Z"],
    ["1795139880000", "2026-11-20T01:58:00.000Z"],
    ["2026-11-20 01:58:00", null],
    ["yesterday", null],
    ["", null],
  ])("of freshness reads %j as %s", (log, expected) => {
    const { outcome, newestDataAt } = judgeProbe(freshness, ended(0, log), null);
    expect([outcome, newestDataAt]).toEqual([expected === null ? "failed" : "held", expected]);
  });

  it("of freshness that fails tells no instant", () => {
    expect(judgeProbe(freshness, ended(1, "2026-11-20T01:58:00Z"), null).newestDataAt).toBeNull();
  });

  it("that did not hold is a blocker, or a warning when it is not required", () => {
    const result = judgeProbe(job(), ended(1), "probes/orders.log");
    expect(probeFindings("prod-weu", job(), result)).toMatchObject([
      { code: "ProbeFailed", severity: "blocker", evidence: ["probes/orders.log"] },
    ]);
    const optional = probe({ required: false, job: { image: "i" } });
    expect(probeFindings("prod-weu", optional, result)).toMatchObject([{ severity: "warning" }]);
    expect(probeFindings("prod-weu", job(), judgeProbe(job(), ended(0), null))).toEqual([]);
  });

  it("is one of three kinds, and its patterns are right", () => {
    expect(probeSchema.safeParse({ name: "a", namespace: "b" }).success).toBe(false);
    expect(() => probe({ job: { image: "i" }, http: { service: "s", port: 1 } })).toThrow(/one of job, http/);
    expect(() => job({ expectLog: "(" })).toThrow(/not a regular expression/);
    expect(() => job({ expectJson: { path: "n" } })).toThrow(/either equals or atLeast/);
  });

  it("that is the newest decides the age of the data", () => {
    const at = (log: string) => judgeProbe(freshness, ended(0, log), null);
    expect(newestDataOf([at("1795139880"), at("1795139890"), at("none")])).toBe("2026-11-20T01:58:10.000Z");
    expect(newestDataOf([at("none")])).toBeNull();
  });
});
