import { describe, expect, it } from "vitest";
import { parseRoute, RouteError } from "./route.ts";

const match = (template: string, path: string) =>
  parseRoute(template).match(path.split("/").filter((segment) => segment !== ""));

describe("a route", () => {
  it.each([
    ["hello", "hello", {}],
    ["Hello", "hELLO", {}],
    ["hello", "hello/there", undefined],
    ["runs/{id}", "runs/42", { id: "42" }],
    ["runs/{id}", "runs", undefined],
    ["runs/{id?}", "runs", {}],
    ["runs/{id?}", "runs/7", { id: "7" }],
    ["runs/{id=latest}", "runs", { id: "latest" }],
    ["files/{*path}", "files/a/b/c.txt", { path: "a/b/c.txt" }],
    ["files/{*path}", "files", {}],
    ["{controller}/{action}/{id:int}", "a/b/5", { controller: "a", action: "b", id: "5" }],
    ["{id:int}", "five", undefined],
    ["{id:int}", "-5", { id: "-5" }],
    ["{id:guid}", "0f8fad5b-d9cb-469f-a165-70867728950e", { id: "0f8fad5b-d9cb-469f-a165-70867728950e" }],
    ["{id:guid}", "0f8f", undefined],
    ["{flag:bool}", "TRUE", { flag: "TRUE" }],
    ["{name:alpha}", "abc1", undefined],
    ["{name:length(3)}", "abc", { name: "abc" }],
    ["{name:length(2,4)}", "abcde", undefined],
    ["{name:minlength(2):maxlength(3)}", "abcd", undefined],
    ["{n:min(3)}", "2", undefined],
    ["{n:range(1,9)}", "9", { n: "9" }],
    ["{n:double}", "1.5e3", { n: "1.5e3" }],
    ["{when:datetime}", "2026-03-01", { when: "2026-03-01" }],
    ["{code:regex(^\\d{{3}}$)}", "123", { code: "123" }],
    ["{code:regex(^\\d{{3}}$)}", "1234", undefined],
    ["report-{year:int}.csv", "report-2026.csv", { year: "2026" }],
    ["report-{year:int}.csv", "report-x.csv", undefined],
    ["", "", {}],
  ])("%j of %j is %j", (template, path, expected) => {
    expect(match(template, path)).toEqual(expected);
  });

  it("prefers literals to constrained parameters, these to free ones, and these to the rest of a path", () => {
    const templates = ["runs/{*rest}", "runs/{id}", "runs/{id:int}", "runs/latest"];
    const ordered = templates.toSorted((a, b) => (parseRoute(a).precedence < parseRoute(b).precedence ? -1 : 1));
    expect(ordered).toEqual(["runs/latest", "runs/{id:int}", "runs/{id}", "runs/{*rest}"]);
  });

  it.each([
    ["a/{id:even}", 'uses the unknown constraint "even".'],
    ["a/{id", "has a brace without its other half."],
    ["a/id}/b", "has a brace without its other half."],
    ["a}{/b", "has a brace without its other half."],
    ["a/{}", "has a malformed parameter {}."],
    ["a/{id:regex(()}", "has a constraint that cannot be read: "],
    ["a/{id}/b/{ID}", "uses the parameter {id} twice."],
    ["a/{*rest}/b", "has a catch-all parameter before its last segment."],
  ])("refuses %j, which %s", (template, why) => {
    expect(() => parseRoute(template)).toThrow(RouteError);
    expect(() => parseRoute(template)).toThrow(`The route "${template}" ${why}`);
  });
});
