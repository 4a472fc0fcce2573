import type { MiddlewareHandler } from "hono";
import type { SimulatorClock } from "../clock.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { cutWatch, type RawAnswer, sendHalf } from "./spoil-answer.ts";

/** What @hono/node-server hands to a handler; absent when the app is called without a socket. */
interface NodeBindings {
  readonly incoming?: { readonly socket: { destroy(): void } };
  readonly outgoing?: RawAnswer;
}

/** Requests that are to be answered from the past, for the handler that can. */
const STALE_READS = new WeakMap<Request, number>();

/** How many seconds ago the state is that this request is to be answered from; undefined for the present. */
export function staleSecondsOf(request: Request): number | undefined {
  return STALE_READS.get(request);
}

const TEXTS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  429: ["TooManyRequests", "The request is being throttled."],
  500: ["InternalServerError", "The server encountered an internal error. Please retry the request."],
  502: ["BadGateway", "The server received an invalid response from an upstream server."],
  503: ["ServiceUnavailable", "The service is temporarily unavailable. Please retry the request."],
  504: ["GatewayTimeout", "The gateway did not receive a response in time."],
};

/** Lets a plan spoil requests before they are handled, or their answers after. */
export function injectFaults(plan: FaultPlan, clock: SimulatorClock): MiddlewareHandler<{ Bindings: NodeBindings }> {
  return async (context, next) => {
    const query = new URL(context.req.url).searchParams;
    const fault = plan.next({ method: context.req.method, path: context.req.path, query });
    const cut = () => context.env?.incoming?.socket.destroy();
    switch (fault?.kind) {
      case undefined:
        return next();
      case "delay":
        await delay(clock, fault.seconds);
        return next();
      case "stale":
        STALE_READS.set(context.req.raw, fault.seconds);
        return next();
      case "truncate":
        await next();
        // A watch has no end, and so no half; it breaks off after its first event.
        if (isWatch(query)) context.res = cutWatch(context.res, { afterEvents: 1 }, clock);
        else if (context.env?.outgoing) context.res = await sendHalf(context.res, context.env.outgoing);
        return;
      case "cutWatch":
        await next();
        context.res = cutWatch(context.res, fault, clock);
        return;
      case "reset":
        cut();
        // Nobody reads it: the connection is gone.
        return new Response(null, { status: 502 });
      case "answer": {
        const headers = fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
        return Response.json(faultBody(context.req.path, fault.status), { status: fault.status, headers });
      }
    }
  };
}

function isWatch(query: URLSearchParams): boolean {
  return ["1", "true"].includes(query.get("watch") ?? "");
}

/** The client waits for the answer, and may keep a virtual clock still for it. */
function delay(clock: SimulatorClock, seconds: number): Promise<void> {
  const dueMs = clock.nowMs() + seconds * 1_000;
  return new Promise((resolve) => {
    if (clock.insist) clock.insist(dueMs, resolve);
    else clock.at(dueMs, resolve);
  });
}

function faultBody(path: string, status: number): object {
  const [code, message] = TEXTS[status] ?? ["InjectedFault", `The request failed with status ${status}.`];
  return path.startsWith("/kubernetes/")
    ? { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason: code, code: status }
    : { error: { code, message } };
}
