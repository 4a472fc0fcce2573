import { ApiException, type CoreV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { PodFacts } from "../../domain/drain/facts.ts";
import { evictPod } from "./evict-pod.ts";

const pod: PodFacts = {
  namespace: "shop",
  name: "cart-0",
  uid: "u1",
  nodeName: "n1",
  phase: "Running",
  ready: true,
  deletionAt: null,
  labels: {},
  owner: { kind: "StatefulSet", name: "cart" },
  isMirror: false,
  hasEmptyDir: false,
  graceSeconds: 30,
  nodeSelector: {},
};

/** The part of the client that evicts, with an answer of its own. */
function coreThat(answer: () => Promise<unknown>) {
  const asked: unknown[] = [];
  const api = {
    createNamespacedPodEviction: (request: unknown) => {
      asked.push(request);
      return answer();
    },
  };
  return { core: api as unknown as CoreV1Api, asked };
}

function refusal(code: number, message: string, ...reasons: string[]): ApiException<unknown> {
  const causes = reasons.map((reason) => ({ reason, message: `because of ${reason}` }));
  return new ApiException(code, "", { kind: "Status", reason: "X", message, details: { causes } }, {});
}

describe("evicting a pod", () => {
  it("asks for that very pod: by its UID", async () => {
    const { core, asked } = coreThat(async () => ({}));
    expect(await evictPod(core, pod)).toEqual({ kind: "evicted" });
    expect(asked).toEqual([
      {
        namespace: "shop",
        name: "cart-0",
        body: {
          metadata: { namespace: "shop", name: "cart-0" },
          deleteOptions: { preconditions: { uid: "u1" } },
        },
      },
    ]);
  });

  it.each([
    ["a pod that is not there is gone", refusal(404, 'pods "cart-0" not found'), { kind: "gone" }],
    [
      "a pod of that name and another UID is another pod",
      refusal(409, "the UID in the precondition does not match"),
      { kind: "gone" },
    ],
    [
      "a budget that allows none",
      refusal(429, "Cannot evict pod as it would violate the pod's disruption budget.", "DisruptionBudget"),
      { kind: "refused", code: "PodDisruptionBudgetBlocks", message: "because of DisruptionBudget" },
    ],
    [
      "a namespace that is going",
      refusal(403, "namespace shop is being terminated", "NamespaceTerminating"),
      { kind: "refused", code: "NamespaceTerminating", message: "namespace shop is being terminated" },
    ],
    [
      "two budgets",
      refusal(500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."),
      {
        kind: "refused",
        code: "TwoBudgets",
        message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      },
    ],
  ])("is told apart: %s", async (_what, error, expected) => {
    const { core } = coreThat(() => Promise.reject(error));
    expect(await evictPod(core, pod)).toEqual(expected);
  });

  it.each([
    ["throttling, which is a 429 as well", refusal(429, "slow down")],
    ["a right that is lacking, which is a 403 as well", refusal(403, "forbidden")],
    ["an error of the server's own", refusal(500, "etcdserver: request timed out")],
    ["a webhook that denies it", refusal(400, "admission webhook denied the request")],
    ["no answer", new Error("socket hang up")],
  ])("passes on what says nothing about the pod: %s", async (_what, error) => {
    const { core } = coreThat(() => Promise.reject(error));
    await expect(evictPod(core, pod)).rejects.toBe(error);
  });
});
