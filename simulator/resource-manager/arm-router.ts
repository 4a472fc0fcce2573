import type { AzureModel } from "../azure/azure-model.ts";

/** A request to Resource Manager, read. Resource ids are compared without regard to case; names keep theirs. */
export interface ArmRequest {
  readonly azure: AzureModel;
  readonly method: string;
  readonly path: string;
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

/**
 * An operation of the API: method, path with names in braces, and what it does. A path that begins with `{scope}/` serves
 * any scope: whatever stands before the rest, with its slashes, is the name `scope`.
 */
export interface ArmRoute {
  readonly method: "GET" | "HEAD" | "PUT" | "PATCH" | "POST" | "DELETE";
  readonly path: string;
  handle(request: ArmRequest): ArmAnswer;
}

const SCOPE = "{scope}/";

/** The routes of an API, made ready to be found. */
export class RouteTable {
  readonly #routes: ReadonlyArray<{ readonly route: ArmRoute; readonly wanted: readonly string[] }>;

  constructor(routes: readonly ArmRoute[]) {
    this.#routes = routes.map((route) => ({ route, wanted: segmentsOf(route.path.replace(SCOPE, "")) }));
  }

  /** The route for a request and the names in its path; `allowed` tells the methods when only the method is wrong. */
  find(method: string, path: string) {
    const parts = segmentsOf(path);
    const matching = this.#routes.flatMap(({ route, wanted }) => {
      const names = matchPath(wanted, parts, route.path.startsWith(SCOPE));
      return names ? [{ route, names }] : [];
    });
    const found = matching.find(({ route }) => route.method === method);
    return { found, allowed: matching.map(({ route }) => route.method) };
  }
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function matchPath(
  wanted: readonly string[],
  parts: readonly string[],
  scoped: boolean,
): Record<string, string> | undefined {
  const before = parts.length - wanted.length;
  if (before < 0 || (before > 0 && !scoped)) return undefined;
  const names: Record<string, string> = {};
  if (scoped) names.scope = `/${parts.slice(0, before).map(decodeURIComponent).join("/")}`;
  for (const [index, part] of wanted.entries()) {
    const actual = parts[before + index] ?? "";
    if (part.startsWith("{")) names[part.slice(1, -1)] = decodeURIComponent(actual);
    else if (part.toLowerCase() !== actual.toLowerCase()) return undefined;
  }
  return names;
}
