import type { FaultBook } from "./fault-book.ts";
import type { RandomKind, RequestFaultRule } from "./scenario.ts";

/** What goes wrong with a request. */
export type Fault =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: "reset" }
  | { readonly kind: "delay"; readonly seconds: number }
  | { readonly kind: "truncate" }
  | { readonly kind: "stale"; readonly seconds: number }
  | {
      readonly kind: "cutWatch";
      readonly afterSeconds?: number | undefined;
      readonly afterEvents?: number | undefined;
    };

/** A request, as far as a plan looks at it. */
export interface FaultRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Decides, request by request, what goes wrong. */
export interface FaultPlan {
  next(request: FaultRequest): Fault | undefined;
}

/** A plan that follows a scenario's rules first, and its seed second. */
export class ScenarioFaultPlan implements FaultPlan {
  readonly #rules: readonly RequestFaultRule[];
  readonly #book: FaultBook;

  constructor(rules: readonly RequestFaultRule[], book: FaultBook) {
    this.#rules = rules;
    this.#book = book;
  }

  next(request: FaultRequest): Fault | undefined {
    let fault: Fault | undefined;
    for (const [index, rule] of this.#rules.entries()) {
      if (!matches(rule, request)) continue;
      const isHit = this.#book.hits(String(index), rule);
      if (isHit) fault ??= faultOf(rule);
    }
    fault ??= this.#drawn(request);
    if (fault) this.#book.note(fault.kind === "answer" ? `answer ${fault.status}` : fault.kind);
    return fault;
  }

  #drawn(request: FaultRequest): Fault | undefined {
    const possible = kindsFor(request);
    const drawn = this.#book.draw(`${request.method} ${request.path}`, possible);
    if (!drawn) return undefined;
    const { kind, random } = drawn;
    switch (kind) {
      case "throttled":
        return { kind: "answer", status: 429, retryAfterSeconds: random.between(1, 30) };
      case "reset":
        return { kind: "reset" };
      case "slow":
        return { kind: "delay", seconds: random.between(1, 40) };
      case "truncated":
        return { kind: "truncate" };
      case "stale":
        return { kind: "stale", seconds: random.between(5, 120) };
      case "watchCut":
        return { kind: "cutWatch", afterSeconds: random.between(0, 60) };
      default:
        return { kind: "answer", status: DRAWN_STATUS[kind] ?? 500, retryAfterSeconds: undefined };
    }
  }
}

const DRAWN_STATUS: Partial<Record<RandomKind, number>> = {
  serverError: 500,
  badGateway: 502,
  unavailable: 503,
  gatewayTimeout: 504,
  evictionError: 500,
};

const ANYWHERE: readonly RandomKind[] = [
  "throttled",
  "serverError",
  "badGateway",
  "unavailable",
  "gatewayTimeout",
  "reset",
  "slow",
];

/** What chance may do to a request. It leaves alone what is neither Resource Manager nor Kubernetes. */
function kindsFor({ method, path, query }: FaultRequest): RandomKind[] {
  const isArm = /^\/(?:subscriptions|providers)(?:\/|$)/.test(path);
  if (!isArm && !path.startsWith("/kubernetes/")) return [];
  if (isWatch(query)) return [...ANYWHERE, "watchCut"];
  if (method === "POST" && path.endsWith("/eviction")) return [...ANYWHERE, "evictionError"];
  if (isAnswerable(method, path)) return [...ANYWHERE, "truncated", "stale"];
  return method === "GET" ? [...ANYWHERE, "truncated"] : [...ANYWHERE];
}

/** Whether a request reads from Resource Manager or its graph, and so may be answered from the past. */
function isAnswerable(method: string, path: string): boolean {
  const isGraph = method === "POST" && /^\/providers\/Microsoft\.ResourceGraph\//i.test(path);
  return isGraph || (method === "GET" && /^\/(?:subscriptions|providers)(?:\/|$)/.test(path));
}

/** Whether a request of Kubernetes is a watch. */
export function isWatch(query: URLSearchParams): boolean {
  return ["true", "1"].includes(query.get("watch") ?? "");
}

function matches({ match, staleSeconds, cutWatch }: RequestFaultRule, { method, path, query }: FaultRequest): boolean {
  if (cutWatch && !isWatch(query)) return false;
  if (staleSeconds !== undefined && !isAnswerable(method, path)) return false;
  const sameMethod = match.method === undefined || match.method.toUpperCase() === method;
  return sameMethod && new RegExp(match.path).test(path);
}

function faultOf({ answer, delaySeconds, truncate, staleSeconds, cutWatch }: RequestFaultRule): Fault {
  if (answer) return { kind: "answer", status: answer.status, retryAfterSeconds: answer.retryAfterSeconds };
  if (delaySeconds !== undefined) return { kind: "delay", seconds: delaySeconds };
  if (truncate) return { kind: "truncate" };
  if (staleSeconds !== undefined) return { kind: "stale", seconds: staleSeconds };
  return cutWatch ? { kind: "cutWatch", ...cutWatch } : { kind: "reset" };
}
