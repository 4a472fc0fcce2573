import { afterEach, describe, expect, it, vi } from "vitest";
import { DrydockError, terminal } from "../../domain/errors.ts";
import { azureFailure, retryAfterSeconds } from "./azure-failure.ts";

const NOW = "2026-03-01T12:00:00Z";

/** As the SDK's RestError. */
function restError(
  statusCode: number | undefined,
  code: string,
  message: string,
  headers: Record<string, string> = {},
) {
  const response = { headers: { get: (name: string) => headers[name] } };
  return Object.assign(new Error(message), { statusCode, code, response });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("what an Azure SDK throws", () => {
  it.each([
    [429, "TooManyRequests", "transient", "Throttled"],
    [503, "ServerTimeout", "transient", "Unreachable"],
    [409, "OperationNotAllowed", "transient", "Conflict"],
    [412, "EtagMismatch", "transient", "Conflict"],
    [404, "ResourceNotFound", "terminal", "NotFound"],
    [403, "AuthorizationFailed", "needs-person", "Denied"],
    [400, "ErrCode_InsufficientVCPUQuota", "terminal", "QuotaExceeded"],
    [400, "InvalidParameter", "terminal", "Invalid"],
  ])("%i %s is told apart by what must happen next", (status, code, expectedClass, expectedCode) => {
    const { failure } = azureFailure(restError(status, code, "no"), "create pool shop2");
    expect(failure).toMatchObject({ class: expectedClass, code: expectedCode });
  });

  it("says what was asked, what came back, and under which request id; and keeps wait and cause", () => {
    const headers = { "x-ms-request-id": "7f3a", "retry-after": "17" };
    const cause = restError(429, "TooManyRequests", "The request was throttled.\n{...}", headers);
    const error = azureFailure(cause, "list the node pools of prod-weu");
    expect(error.message).toBe(
      "could not list the node pools of prod-weu: 429 TooManyRequests: The request was throttled. (request 7f3a)",
    );
    expect(error.failure.retryAfterSeconds).toBe(17);
    expect(error.cause).toBe(cause);
  });

  it.each([
    ["no connection", restError(undefined, "REQUEST_SEND_ERROR", "connect ECONNREFUSED"), "connect ECONNREFUSED"],
    ["a word", "boom", "boom"],
    ["nothing", undefined, "undefined"],
  ])("is worth another try without an answer: %s", (_what, thrown, says) => {
    const { failure } = azureFailure(thrown, "look at cluster dev-weu");
    expect(failure).toMatchObject({ class: "transient", code: "Unreachable" });
    expect(failure.message).toBe(`could not look at cluster dev-weu: ${says}`);
  });

  it("is not translated twice", () => {
    const error = new DrydockError(terminal("Invalid", "no"));
    expect(azureFailure(error, "anything")).toBe(error);
  });
});

describe("Retry-After", () => {
  it.each([
    ["seconds", "120", 120],
    ["zero", "0", 0],
    ["a date", "Sun, 01 Mar 2026 12:01:30 GMT", 90],
    ["a date that is over", "Sun, 01 Mar 2026 11:00:00 GMT", 0],
    ["no header", undefined, null],
    ["an empty header", "", null],
    ["a word", "soon", null],
  ])("is read as %s", (_what, header, expected) => {
    vi.useFakeTimers({ now: Date.parse(NOW) });
    expect(retryAfterSeconds(header)).toBe(expected);
  });
});
