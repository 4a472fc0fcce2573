/** Longest that an answer is waited for. */
const TIMEOUT_MS = 15_000;

/** How a request to the API came out. */
export type Outcome =
  | { readonly kind: "ok"; readonly response: Response; readonly nowMs: number | undefined }
  /** The key was refused. */
  | { readonly kind: "unauthorized"; readonly status: number }
  /** The API answered that it will not or cannot. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  /** No answer came. */
  | { readonly kind: "unreachable"; readonly message: string };

/** What the operator API is asked with. The key travels in a header and never in an address. */
export interface OperatorApi {
  /** Asks for a path below `/api/v1/`. Rejects only when `signal` aborts. */
  get(path: string, signal?: AbortSignal): Promise<Outcome>;
  /** Sends JSON to a path below `/api/v1/`. */
  post(path: string, body: unknown, timeoutMs?: number): Promise<Outcome>;
}

/** Speaks to the operator API with a key. */
export function createOperatorApi(key: string, send: typeof fetch): OperatorApi {
  const request = async (
    path: string,
    { signal, timeoutMs = TIMEOUT_MS, ...init }: RequestInit & { readonly timeoutMs?: number | undefined },
  ): Promise<Outcome> => {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const response = await send(`/api/v1/${path}`, {
        ...init,
        headers: { ...init.headers, "x-functions-key": key },
        cache: "no-store",
        credentials: "omit",
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      return await outcomeOf(response);
    } catch (error) {
      if (signal?.aborted) throw error;
      const message = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : "no connection";
      return { kind: "unreachable", message };
    }
  };
  return {
    get: (path, signal) => request(path, { method: "GET", signal: signal ?? null }),
    post: (path, body, timeoutMs) => {
      const headers = { "content-type": "application/json" };
      return request(path, { method: "POST", body: JSON.stringify(body), headers, timeoutMs });
    },
  };
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const { status } = response;
  if (response.ok) {
    const dateMs = Date.parse(response.headers.get("date") ?? "");
    return { kind: "ok", response, nowMs: Number.isNaN(dateMs) ? undefined : dateMs };
  }
  if (status === 401 || status === 403) return { kind: "unauthorized", status };
  return { kind: "refused", status, message: problemText(status, await response.text()) };
}

/** What a problem (RFC 9457) says; for any other body, its status alone. */
export function problemText(status: number, body: string): string {
  let problem: unknown;
  try {
    problem = JSON.parse(body);
  } catch {
    problem = undefined;
  }
  const text = (name: "title" | "detail"): string | undefined => {
    const value: unknown = typeof problem === "object" && problem !== null ? Reflect.get(problem, name) : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const parts = [text("title"), text("detail")].filter((part) => part !== undefined);
  return parts.length === 0 ? `status ${status}` : `${status} ${parts.join(": ")}`;
}
