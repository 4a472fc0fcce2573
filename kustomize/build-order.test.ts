import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inBuildOrder } from "./build-order.ts";
import type { KubernetesResource } from "./kubernetes-resource.ts";

function resource(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesResource {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

describe("the order of a build", () => {
  it("has what others need first, what judges others last, and the rest by group, version, kind, namespace and name", () => {
    const sorted = [
      resource("v1", "Namespace", "shop"),
      resource("v1", "Service", "cart", "shop"),
      resource("apps/v1", "Deployment", "cart", "bank"),
      resource("apps/v1", "Deployment", "a", "shop"),
      resource("apps/v1", "Deployment", "b", "shop"),
      resource("apps/v1", "Deployment", "a"),
      resource("policy/v1", "PodDisruptionBudget", "cart", "shop"),
      resource("apps/v1", "DaemonSet", "agent", "shop"),
      resource("batch/v1", "Job", "migrate", "shop"),
      resource("v1", "Pod", "toolbox", "shop"),
      resource("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "w"),
      resource("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "w"),
    ];
    expect(inBuildOrder(sorted.toReversed())).toEqual(sorted);
  });

  it("does not depend on the order in which resources are named", () => {
    const one = fc.tuple(
      fc.constantFrom("v1", "apps/v1", "example.org/v1"),
      fc.constantFrom("Namespace", "Pod", "Deployment", "Zoo", "ValidatingWebhookConfiguration"),
      fc.constantFrom("a", "b"),
      fc.option(fc.constantFrom("x", "y"), { nil: undefined }),
    );
    const set = fc.uniqueArray(one, { selector: (parts) => JSON.stringify(parts) });
    const shuffled = set.chain((parts) =>
      fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length })),
    );
    fc.assert(
      fc.property(shuffled, ([left, right]) => {
        const [one, two] = [left, right].map((parts) => inBuildOrder(parts.map((part) => resource(...part))));
        expect(one).toEqual(two);
      }),
    );
  });
});
