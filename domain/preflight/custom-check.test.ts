import { describe, expect, it } from "vitest";
import {
  type CheckOutcome,
  customCheckSchema,
  type HttpCheck,
  judgeAnswer,
  judgeJob,
  outcomeFindings,
} from "./custom-check.ts";

const call = (http: object) => customCheckSchema.parse({ name: "c", http: { url: "https://example.com/", ...http } });
const jobCheck = (job: object = {}) =>
  customCheckSchema.parse({ name: "j", job: { namespace: "n", image: "i", ...job } });

describe("a check of fleet.yaml", () => {
  it("has defaults", () => {
    expect(call({})).toMatchObject({
      severity: "blocker",
      timeoutSeconds: 60,
      http: { method: "GET", expectStatus: 200 },
    });
    expect(jobCheck()).toMatchObject({ job: { expectExitCode: 0, env: {} } });
  });

  it.each<[string, object, RegExp]>([
    ["neither a call nor a Job", { name: "c" }, /either http or job/],
    [
      "both",
      { name: "c", http: { url: "https://x.example/" }, job: { namespace: "n", image: "i" } },
      /either http or job/,
    ],
    ["a call to nothing", { name: "c", http: {} }, /either url or service/],
    ["a URL that is not allowed", { name: "c", http: { url: "http://x.example/" } }, /expected https/],
    [
      "a pattern that is none",
      { name: "c", http: { url: "https://x.example/", expectBody: "(" } },
      /not a regular expression/,
    ],
    ["a call of an hour", { name: "c", timeoutSeconds: 3600, http: { url: "https://x.example/" } }, /work for a job/],
    ["a name that Kubernetes would refuse", { name: "C_1", job: { namespace: "n", image: "i" } }, /lower-case/],
    [
      "a path out of the service",
      { name: "c", http: { service: { namespace: "n", name: "s", port: 80, path: "x" } } },
      /path/,
    ],
    ["a member nobody knows", { name: "c", job: { namespace: "n", image: "i", privileged: true } }, /privileged/],
  ])("may not be %s", (_what, value, mistake) => {
    const parsed = customCheckSchema.safeParse(value);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(mistake);
  });
});

describe("a call", () => {
  it.each<[object, number, string, CheckOutcome["kind"], RegExp | null]>([
    [{}, 200, "", "held", null],
    [{}, 503, "down", "failed", /answered 503 instead of 200/],
    [{ expectStatus: 204 }, 204, "", "held", null],
    [{ expectBody: "^ok$" }, 200, "first\nok\n", "held", null],
    [{ expectBody: "^ok$" }, 200, "not ok", "failed", /does not match/],
    [{ expectJson: { path: "a.0.b", equals: "3" } }, 200, '{"a":[{"b":3}]}', "held", null],
    [{ expectJson: { path: "a.0.b", equals: "true" } }, 200, '{"a":[{"b":true}]}', "held", null],
    [{ expectJson: { path: "a.b", equals: "x" } }, 200, '{"a":{}}', "failed", /a.b is missing instead of x/],
    [{ expectJson: { path: "a", equals: "x" } }, 200, '{"a":{}}', "failed", /a is missing/],
    [{ expectJson: { path: "constructor.name", equals: "Object" } }, 200, "{}", "failed", /missing/],
    [{ expectJson: { path: "a", equals: "x" } }, 200, "<html>", "failed", /missing/],
  ])("%j answered %i %j: %s", (http, status, body, kind, why) => {
    const outcome = judgeAnswer(call(http).http as HttpCheck, { status, body });
    expect(outcome.kind).toBe(kind);
    if (why) expect(outcome).toMatchObject({ why: expect.stringMatching(why) });
  });

  it("shows an excerpt of what it got, and not a book", () => {
    const outcome = judgeAnswer(call({}).http as HttpCheck, { status: 500, body: "x".repeat(10_000) });
    expect(outcome).toMatchObject({ evidence: ["status 500", `${"x".repeat(300)}…`] });
  });
});

describe("a Job", () => {
  it.each<[object, number, string, CheckOutcome["kind"]]>([
    [{}, 0, "", "held"],
    [{}, 1, "boom", "failed"],
    [{ expectExitCode: 3 }, 3, "", "held"],
    [{ expectLog: "^all .* passed$" }, 0, "one\nall 3 passed\n", "held"],
    [{ expectLog: "^all .* passed$" }, 0, "2 of 3 passed", "failed"],
  ])("%j that ended with %i and said %j: %s", (job, exitCode, log, kind) => {
    const { job: check } = jobCheck(job);
    if (!check) throw new Error("no job");
    expect(judgeJob(check, { exitCode, log }).kind).toBe(kind);
  });
});

describe("an outcome", () => {
  it("is a finding when the check failed, a doubt when it could not be made, nothing when it held", () => {
    const check = { ...call({}), severity: "warning" as const };
    expect(outcomeFindings("dev-weu", check, { kind: "held" })).toEqual({ findings: [], cannotTell: [] });
    expect(outcomeFindings("dev-weu", check, { kind: "unknown", why: "no answer" })).toEqual({
      findings: [],
      cannotTell: [{ code: "CustomCheckFailed", subject: "dev-weu/c", why: "no answer" }],
    });
    expect(
      outcomeFindings("dev-weu", check, { kind: "failed", why: "it answered 500", evidence: ["status 500"] }),
    ).toMatchObject({
      findings: [
        {
          severity: "warning",
          subject: "dev-weu/c",
          message: "check c of this ring failed: it answered 500",
          evidence: ["status 500"],
        },
      ],
    });
  });
});
