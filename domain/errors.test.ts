import { describe, expect, it } from "vitest";
import { DrydockError, failureOfStatus, terminal } from "./errors.ts";

describe("the failure of an HTTP status", () => {
  it.each([
    [429, "TooManyRequests", "transient", "Throttled"],
    [408, "", "transient", "Unreachable"],
    [425, "", "transient", "Unreachable"],
    [500, "InternalServerError", "transient", "Unreachable"],
    [502, "", "transient", "Unreachable"],
    [503, "ServiceUnavailable", "transient", "Unreachable"],
    [504, "GatewayTimeout", "transient", "Unreachable"],
    [409, "OperationNotAllowed", "transient", "Conflict"],
    [412, "EtagMismatch", "transient", "Conflict"],
    [404, "ResourceNotFound", "terminal", "NotFound"],
    [401, "ExpiredAuthenticationToken", "needs-person", "Denied"],
    [403, "AuthorizationFailed", "needs-person", "Denied"],
    [400, "InvalidParameter", "terminal", "Invalid"],
    [413, "", "terminal", "Invalid"],
    [422, "Invalid", "terminal", "Invalid"],
    [400, "ErrCode_InsufficientVCPUQuota", "terminal", "QuotaExceeded"],
    [409, "QuotaExceeded", "terminal", "QuotaExceeded"],
  ])("%i %s is %s: %s", (status, code, expectedClass, expectedCode) => {
    expect(failureOfStatus(status, code, "said so", null)).toEqual({
      class: expectedClass,
      code: expectedCode,
      message: "said so",
      retryAfterSeconds: null,
    });
  });

  it.each([429, 503, 409])("keeps the wait that %i asks for", (status) => {
    expect(failureOfStatus(status, "", "wait", 17).retryAfterSeconds).toBe(17);
  });

  it.each([400, 403, 404])("asks for no wait after %i, which waiting does not cure", (status) => {
    expect(failureOfStatus(status, "", "no", 17).retryAfterSeconds).toBeNull();
  });
});

describe("DrydockError", () => {
  it("says what its failure says, and keeps the cause", () => {
    const cause = new Error("socket hang up");
    const error = new DrydockError(terminal("NotFound", "there is no pool green"), { cause });
    expect(error).toMatchObject({ name: "DrydockError", message: "there is no pool green", cause });
    expect(error.failure.code).toBe("NotFound");
  });
});
