/** Where in the console one is. */
export type Route =
  | { readonly view: "runs" }
  | { readonly view: "run"; readonly id: string }
  | { readonly view: "report"; readonly id: string }
  | { readonly view: "plan" }
  | { readonly view: "planned"; readonly id: string }
  | { readonly view: "fleet" }
  | { readonly view: "events" }
  | { readonly view: "unknown"; readonly hash: string };

/** Reads the part of the address after `#`. An empty one is the list of runs; one that names no view says so. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, "").replace(/\/$/, "");
  if (path === "" || path === "runs") return { view: "runs" };
  if (path === "plan") return { view: "plan" };
  if (path === "fleet") return { view: "fleet" };
  if (path === "events") return { view: "events" };
  const [, kind, segment, report] = /^(runs|plans)\/([^/]+)(\/report)?$/.exec(path) ?? [];
  const id = segment === undefined ? undefined : decodeSegment(segment);
  if (id === undefined || (kind === "plans" && report !== undefined)) return { view: "unknown", hash };
  if (kind === "plans") return { view: "planned", id };
  return { view: report === undefined ? "run" : "report", id };
}

/** The address of a view, to be used as `href`. */
export function routeHref(route: Exclude<Route, { view: "unknown" }>): string {
  if (!("id" in route)) return `#/${route.view}`;
  if (route.view === "planned") return `#/plans/${encodeURIComponent(route.id)}`;
  return `#/runs/${encodeURIComponent(route.id)}${route.view === "report" ? "/report" : ""}`;
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
