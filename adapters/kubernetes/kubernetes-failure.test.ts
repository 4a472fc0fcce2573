import { ApiException } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { DrydockError, terminal } from "../../domain/errors.ts";
import { apiStatusOf, kubernetesFailure, statusCodeOf } from "./kubernetes-failure.ts";

function refusal(code: number, status: unknown, headers: Record<string, string> = {}) {
  return new ApiException(code, "", status, headers);
}

const status = (reason: string, message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  reason,
  message,
});

describe("what the Kubernetes client throws", () => {
  it.each([
    [401, status("Unauthorized", "Unauthorized"), "needs-person", "Denied"],
    [403, status("Forbidden", 'pods is forbidden: User "x" cannot list'), "needs-person", "Denied"],
    [404, status("NotFound", 'pods "cart-0" not found'), "terminal", "NotFound"],
    [409, status("Conflict", "the object has been modified"), "transient", "Conflict"],
    [422, status("Invalid", "spec: Invalid value"), "terminal", "Invalid"],
    [429, status("TooManyRequests", "Cannot evict pod as it would violate the budget"), "transient", "Throttled"],
    [500, status("InternalError", "This pod has more than one PodDisruptionBudget"), "transient", "Unreachable"],
    [503, "upstream connect error", "transient", "Unreachable"],
    [504, status("Timeout", "the server was unable to return a response"), "transient", "Unreachable"],
  ])("%i is told apart by what must happen next", (code, body, expectedClass, expectedCode) => {
    const { failure } = kubernetesFailure(refusal(code, body), "evict shop/cart-0");
    expect(failure).toMatchObject({ class: expectedClass, code: expectedCode });
    expect(failure.message).toMatch(new RegExp(`^could not evict shop/cart-0: ${code} `));
  });

  it("keeps what the API server says, its wait and the cause", () => {
    const cause = refusal(429, status("TooManyRequests", "slow down"), { "retry-after": "10" });
    const error = kubernetesFailure(cause, "list the pods of dev-weu");
    expect(error.message).toBe("could not list the pods of dev-weu: 429 TooManyRequests: slow down");
    expect(error.failure.retryAfterSeconds).toBe(10);
    expect(error.cause).toBe(cause);
  });

  it.each([
    ["a refused connection", Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:6443"), { code: "ECONNREFUSED" })],
    ["a broken stream", new TypeError("terminated")],
    ["a word", "boom"],
    ["nothing", undefined],
  ])("is worth another try without an answer: %s", (_what, thrown) => {
    expect(statusCodeOf(thrown)).toBeUndefined();
    expect(kubernetesFailure(thrown, "watch").failure).toMatchObject({ class: "transient", code: "Unreachable" });
  });

  it("is not translated twice", () => {
    const error = new DrydockError(terminal("Invalid", "no"));
    expect(kubernetesFailure(error, "anything")).toBe(error);
  });
});

describe("the Status of a refusal", () => {
  const causes = [{ reason: "DisruptionBudget", message: "The disruption budget cart needs 2 healthy pods" }];
  const evictionRefused = { ...status("TooManyRequests", "Cannot evict pod"), details: { causes } };

  it.each([
    ["parsed", evictionRefused],
    ["as text", JSON.stringify(evictionRefused)],
  ])("is read %s", (_how, body) => {
    expect(apiStatusOf(refusal(429, body))).toEqual({ reason: "TooManyRequests", message: "Cannot evict pod", causes });
  });

  it.each([
    ["a page of HTML", refusal(502, "<html>\n<body>Bad Gateway</body></html>"), "HTTP-Code: 502"],
    ["no body", { code: 503, message: "first line\nsecond line" }, "first line"],
    ["a body that is null", { code: 500, body: "null", message: "m" }, "m"],
    ["causes that are no list", { code: 429, body: { message: "m", details: { causes: "many" } } }, "m"],
  ])("is made up from what there is: %s", (_what, thrown, message) => {
    expect(apiStatusOf(thrown)).toEqual({ reason: "", message, causes: [] });
  });
});
