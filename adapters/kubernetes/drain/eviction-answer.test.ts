import { describe, expect, it } from "vitest";
import { evictionOutcome } from "./eviction-answer.ts";

function answer(status: number, message: string, more: { cause?: string; header?: number; details?: number } = {}) {
  const causes = more.cause === undefined ? [] : [{ reason: more.cause, message: `because of ${more.cause}` }];
  const details = { causes, ...(more.details === undefined ? {} : { retryAfterSeconds: more.details }) };
  const body = { kind: "Status", status: "Failure", reason: "X", message, code: status, details };
  return { status, text: JSON.stringify(body), retryAfterSeconds: more.header ?? null };
}

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const TWO = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
const OTHER_UID = 'Operation cannot be fulfilled on Pod "a": the UID in the precondition (1) does not match';

describe("the eviction API's answer", () => {
  it.each([
    ["granted", answer(201, ""), { kind: "evicted" }],
    ["no such pod", answer(404, 'pods "a" not found'), { kind: "gone" }],
    ["another pod of that name", answer(409, OTHER_UID), { kind: "gone" }],
    ["a conflict that passes", answer(409, "the object has been modified"), { kind: "refused", permanent: false }],
    [
      "a budget that allows none",
      answer(429, VIOLATES, { cause: "DisruptionBudget" }),
      { kind: "budget", message: "because of DisruptionBudget", retryAfterSeconds: null },
    ],
    [
      "a budget that is still being processed",
      answer(429, VIOLATES, { cause: "DisruptionBudget", details: 10 }),
      { kind: "budget", retryAfterSeconds: 10 },
    ],
    [
      "the server's own throttling",
      answer(429, "slow down", { header: 3 }),
      { kind: "throttled", retryAfterSeconds: 3 },
    ],
    [
      "a namespace that is going",
      answer(403, "namespace shop is being terminated", { cause: "NamespaceTerminating" }),
      { kind: "refused", code: "NamespaceTerminating", permanent: false },
    ],
    [
      "a right that is lacking",
      answer(403, "pods/eviction is forbidden"),
      { kind: "refused", code: "EvictionForbidden", permanent: true },
    ],
    ["two budgets", answer(500, TWO), { kind: "refused", code: "TwoBudgets", message: TWO, permanent: true }],
    [
      "an error of the server's own",
      answer(500, "etcdserver: timed out"),
      { code: "EvictionRefused", permanent: false },
    ],
    ["an upstream that is away", answer(503, "no endpoints"), { kind: "throttled", message: "no endpoints" }],
    ["a webhook that denies it", answer(400, "admission webhook denied"), { code: "EvictionRefused", permanent: true }],
    ["a page that is no Status", { status: 502, text: "<html>", retryAfterSeconds: null }, { message: "HTTP 502" }],
  ])("is told apart: %s", (_what, given, expected) => {
    expect(evictionOutcome(given)).toMatchObject(expected);
  });
});
