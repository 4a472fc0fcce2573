import type { MiddlewareHandler } from "hono";
import type { SimulatorClock } from "../clock.ts";
import type { FaultPlan } from "./fault-plan.ts";

/** What @hono/node-server hands to a handler; absent when the app is called without a socket. */
interface NodeBindings {
  readonly incoming?: { readonly socket: { destroy(): void } };
}

const TEXTS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  429: ["TooManyRequests", "The request is being throttled."],
  500: ["InternalServerError", "The server encountered an internal error. Please retry the request."],
  502: ["BadGateway", "The server received an invalid response from an upstream server."],
  503: ["ServiceUnavailable", "The service is temporarily unavailable. Please retry the request."],
  504: ["GatewayTimeout", "The gateway did not receive a response in time."],
};

/** Lets a plan spoil requests before they are handled. */
export function injectFaults(plan: FaultPlan, clock: SimulatorClock): MiddlewareHandler<{ Bindings: NodeBindings }> {
  return async (context, next) => {
    const fault = plan.next({ method: context.req.method, path: context.req.path });
    if (fault?.kind === "delay") {
      await new Promise<void>((resolve) => clock.at(clock.nowMs() + fault.seconds * 1_000, resolve));
    }
    if (fault === undefined || fault.kind === "delay") return next();
    if (fault.kind === "reset") {
      context.env?.incoming?.socket.destroy();
      // Nobody reads it: the connection is gone.
      return new Response(null, { status: 502 });
    }
    const headers = fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
    return Response.json(faultBody(context.req.path, fault.status), { status: fault.status, headers });
  };
}

function faultBody(path: string, status: number): object {
  const [code, message] = TEXTS[status] ?? ["InjectedFault", `The request failed with status ${status}.`];
  return path.startsWith("/kubernetes/")
    ? { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason: code, code: status }
    : { error: { code, message } };
}
