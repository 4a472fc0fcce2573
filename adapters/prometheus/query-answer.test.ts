import { describe, expect, it } from "vitest";
import { DrydockError } from "../../domain/errors.ts";
import { readAnswer } from "./query-answer.ts";

const success = (data: object) => ({ status: 200, body: JSON.stringify({ status: "success", data }) });

function refused(answer: { status: number; body: string }) {
  try {
    readAnswer(answer, "ask SLO errors of dev-weu");
  } catch (error) {
    if (error instanceof DrydockError) return `${error.failure.class} ${error.failure.code}: ${error.failure.message}`;
    throw error;
  }
  return "read";
}

describe("an answer of a Prometheus", () => {
  it.each([
    ["1.5", 1.5],
    ["NaN", Number.NaN],
    ["+Inf", Infinity],
    ["-Inf", -Infinity],
    ["1e-3", 0.001],
    ["", Number.NaN],
  ])("has numbers as text: %s", (text, value) => {
    const metric = { __name__: "up", job: "a" };
    expect(readAnswer(success({ resultType: "vector", result: [{ metric, value: [1, text] }] }), "ask")).toEqual([
      { labels: metric, value },
    ]);
    expect(readAnswer(success({ resultType: "scalar", result: [1, text] }), "ask")).toEqual([{ labels: {}, value }]);
  });

  it("may be no sample", () => {
    expect(readAnswer(success({ resultType: "vector", result: [] }), "ask")).toEqual([]);
  });

  it.each([
    [
      "its own refusal, in its words",
      {
        status: 400,
        body: '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:5: parse error\\nmore"}',
      },
      /^terminal Invalid: could not ask SLO errors of dev-weu: 400 bad_data: invalid parameter "query": 1:5: parse error$/,
    ],
    [
      "a timeout of its own",
      { status: 503, body: '{"status":"error","errorType":"timeout","error":"too long"}' },
      /^transient Unreachable: .*503 timeout/,
    ],
    [
      "a page that says no",
      { status: 403, body: "<html>Forbidden</html>" },
      /^needs-person Denied: .*the answer was 403$/,
    ],
    [
      "a page in its place",
      { status: 200, body: "<html></html>" },
      /^terminal Invalid: .*not that of an instant query/,
    ],
    [
      "a range",
      success({ resultType: "matrix", result: [] }),
      /^terminal Invalid: .*instant query \(data.resultType\)/,
    ],
    [
      "an answer cut short",
      { status: 200, body: '{"status":"success","data":{"resultType":"vec' },
      /^terminal Invalid/,
    ],
  ])("is refused when it is %s", (_what, answer, expected) => {
    expect(refused(answer)).toMatch(expected);
  });
});
