import { describe, expect, it } from "vitest";
import { parseRoute, type Route, routeHref } from "./route.ts";

describe("parseRoute", () => {
  const rows: ReadonlyArray<readonly [string, Route]> = [
    ["", { view: "runs" }],
    ["#", { view: "runs" }],
    ["#/", { view: "runs" }],
    ["#/runs", { view: "runs" }],
    ["#/runs/", { view: "runs" }],
    ["#/runs/upgrade-1", { view: "run", id: "upgrade-1" }],
    ["#/runs/upgrade-1/", { view: "run", id: "upgrade-1" }],
    ["#/runs/a%3Ab", { view: "run", id: "a:b" }],
    ["#/runs/a%3Ab/report", { view: "report", id: "a:b" }],
    ["#/runs/a/report/", { view: "report", id: "a" }],
    ["#/plan", { view: "plan" }],
    ["#/plans/plan-0a", { view: "planned", id: "plan-0a" }],
    ["#/plans/plan-0a/report", { view: "unknown", hash: "#/plans/plan-0a/report" }],
    ["#/fleet", { view: "fleet" }],
    ["#/events", { view: "events" }],
    ["#/runs/a/b", { view: "unknown", hash: "#/runs/a/b" }],
    ["#/runs/%E0%A4", { view: "unknown", hash: "#/runs/%E0%A4" }],
    ["#/elsewhere", { view: "unknown", hash: "#/elsewhere" }],
  ];
  it.each(rows)("reads %j", (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });
});

describe("routeHref", () => {
  const routes = [
    { view: "runs" },
    { view: "run", id: "a:b/c d" },
    { view: "report", id: "a:b/c d" },
    { view: "plan" },
    { view: "planned", id: "a:b/c d" },
    { view: "fleet" },
    { view: "events" },
  ] as const satisfies readonly Route[];
  it.each(routes)("is read back as it was: $view", (route) => {
    expect(parseRoute(routeHref(route))).toEqual(route);
  });
});
