import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RestoreScope } from "./backup-provider.ts";
import { isolatedScope, isolationGaps, isolationManifests, isolationOf, quietings } from "./isolation.ts";

interface Rule {
  readonly to?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly ports?: ReadonlyArray<{ readonly port: number }>;
}

const input = { runId: "run-1", namespace: "shop", together: ["shop", "mail"], openings: [] };
const egressOf = (openings: Parameters<typeof isolationManifests>[0]["openings"]) => {
  const [, policy = {}] = isolationManifests({ ...input, openings });
  return (policy.spec as { egress: Rule[] }).egress;
};

describe("isolation", () => {
  it("makes the namespace first, then a policy for all of its pods that denies egress", () => {
    const [namespace, policy] = isolationManifests(input);
    expect(namespace).toMatchObject({
      kind: "Namespace",
      metadata: { name: "shop", labels: { "drydock-run": "run-1" } },
    });
    expect(policy).toMatchObject({
      metadata: { namespace: "shop" },
      spec: { podSelector: {}, policyTypes: ["Egress"] },
    });
  });

  it("leaves the way to DNS and among the restored namespaces, and no other", () => {
    const [among, dns, ...others] = egressOf([]);
    expect(JSON.stringify(among)).toContain('"values":["mail","shop"]');
    expect(dns).toMatchObject({
      to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
      ports: [{ port: 53 }, {}],
    });
    expect(others).toEqual([]);
  });

  it("opens exactly what the plan opens, and never a rule without a destination", () => {
    const opening = fc.record({
      cidr: fc.constantFrom("10.0.0.0/8", "52.1.2.3/32"),
      ports: fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(opening), (openings) => {
        const egress = egressOf(openings);
        expect(egress).toHaveLength(openings.length + 2);
        expect(egress.every(({ to = [] }) => to.length > 0 && to.every((one) => Object.keys(one).length > 0))).toBe(
          true,
        );
        expect(egress.slice(2).map(({ ports }) => ports?.map(({ port }) => port))).toEqual(
          openings.map(({ ports }) => ports),
        );
      }),
    );
  });

  it("restores nothing that would open it again, in the words of the provider", () => {
    const scope = { excludedResources: ["secrets"] } as unknown as RestoreScope;
    expect(isolatedScope(scope, "velero").excludedResources).toEqual([
      "secrets",
      "networkpolicies.networking.k8s.io",
      "ciliumnetworkpolicies.cilium.io",
      "ciliumclusterwidenetworkpolicies.cilium.io",
      "ingresses.networking.k8s.io",
      "validatingwebhookconfigurations.admissionregistration.k8s.io",
      "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    ]);
    const ours = isolatedScope(scope, "azure-backup");
    expect(ours.excludedResources).toContain("networking.k8s.io/v1/NetworkPolicy");
    expect(isolatedScope(ours, "azure-backup")).toEqual(ours);
  });

  it("suspends CronJobs and takes public addresses back, and leaves alone what is quiet", () => {
    const at = { namespace: "shop", name: "a" };
    expect(
      quietings([
        { kind: "CronJob", ...at },
        { kind: "CronJob", ...at, isSuspended: true },
        { kind: "Service", ...at, serviceType: "LoadBalancer" },
        { kind: "Service", ...at, serviceType: "ClusterIP" },
        { kind: "Deployment", ...at },
      ]),
    ).toEqual([
      { kind: "CronJob", ...at, patch: { spec: { suspend: true } } },
      { kind: "Service", ...at, patch: { spec: { type: "ClusterIP" } } },
    ]);
  });
});

describe("a look at the isolation", () => {
  const wanted = isolationOf({ runId: "run-1", targetId: "/c", namespaces: ["shop", "mail"], openings: [] });
  const made = wanted
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map(({ metadata, spec }) => ({ ...(metadata as { namespace: string; name: string }), spec }));
  const [first, second] = made;
  if (!first || !second) throw new Error("nothing is isolated");
  const reversed = { ...first, spec: Object.fromEntries(Object.entries(first.spec as object).reverse()) };
  const extra = (spec: object) => ({ namespace: "shop", name: "more", spec });

  it.each<[string, Parameters<typeof isolationGaps>[1], Parameters<typeof isolationGaps>[2], string[]]>([
    ["finds nothing where all is as it was made", made, [], []],
    ["minds no other order of members", [reversed, second], [], []],
    ["misses a policy", [second], [], ["namespace shop has no policy that denies egress"]],
    [
      "sees one that was changed",
      [{ ...first, spec: { egress: [{}] } }, second],
      [],
      ["the policy of namespace shop is not as it was made"],
    ],
    [
      "sees another one that opens",
      [...made, extra({ policyTypes: ["Egress"] })],
      [],
      ["NetworkPolicy shop/more may allow egress"],
    ],
    ["minds none that is about ingress", [...made, extra({ policyTypes: ["Ingress"], ingress: [] })], [], []],
    [
      "sees what is loud",
      made,
      [{ kind: "CronJob", namespace: "mail", name: "digest" }],
      ["CronJob mail/digest is not quiet"],
    ],
    ["minds nothing elsewhere", made, [{ kind: "CronJob", namespace: "kube-system", name: "own" }], []],
  ])("%s", (_what, found, objects, gaps) => {
    expect(isolationGaps(wanted, found, objects)).toEqual(gaps);
  });
});
