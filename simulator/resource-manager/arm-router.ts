import type { AzureModel } from "../azure/azure-model.ts";

/** A request to Resource Manager, read. Resource ids are compared without regard to case; names keep theirs. */
export interface ArmRequest {
  readonly azure: AzureModel;
  readonly method: string;
  /** What the braces of the route's path stand for. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
  /** Where this server is reached, for links. */
  readonly origin: string;
}

/** What goes back; headers beyond the usual ones. */
export interface ArmAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An operation of the API: method, path with names in braces, and what it does. */
export interface ArmRoute {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  handle(request: ArmRequest): ArmAnswer;
}

/** The route for a request and the names in its path; `allowed` tells the methods when only the method is wrong. */
export function findRoute(routes: readonly ArmRoute[], method: string, path: string) {
  const parts = path.split("/").filter((part) => part !== "");
  const matching = routes.flatMap((route) => {
    const names = matchPath(route.path, parts);
    return names ? [{ route, names }] : [];
  });
  const found = matching.find(({ route }) => route.method === method);
  return { found, allowed: matching.map(({ route }) => route.method) };
}

function matchPath(template: string, parts: readonly string[]): Record<string, string> | undefined {
  const wanted = template.split("/").filter((part) => part !== "");
  if (wanted.length !== parts.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const actual = parts[index] ?? "";
    if (part.startsWith("{")) names[part.slice(1, -1)] = decodeURIComponent(actual);
    else if (part.toLowerCase() !== actual.toLowerCase()) return undefined;
  }
  return names;
}
