/** Where in the console one is. */
export type Route =
  | { readonly view: "runs" }
  | { readonly view: "run"; readonly id: string }
  | { readonly view: "fleet" }
  | { readonly view: "events" }
  | { readonly view: "unknown"; readonly hash: string };

/** Reads the part of the address after `#`. An empty one is the list of runs; one that names no view says so. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, "").replace(/\/$/, "");
  if (path === "" || path === "runs") return { view: "runs" };
  if (path === "fleet") return { view: "fleet" };
  if (path === "events") return { view: "events" };
  const id = /^runs\/([^/]+)$/.exec(path)?.[1];
  const decoded = id === undefined ? undefined : decodeSegment(id);
  return decoded === undefined ? { view: "unknown", hash } : { view: "run", id: decoded };
}

/** The address of a view, to be used as `href`. */
export function routeHref(route: Exclude<Route, { view: "unknown" }>): string {
  return route.view === "run" ? `#/runs/${encodeURIComponent(route.id)}` : `#/${route.view}`;
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
