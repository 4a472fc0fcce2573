import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BackupInstance, RestoreScope } from "./backup-provider.ts";
import { compareContents, pendingFindings } from "./compare-contents.ts";
import { type ClusterObject, expectedContents } from "./expected-contents.ts";

const TAKEN = "2026-11-20T02:00:00Z";

function object(key: string, more: Partial<ClusterObject> = {}): ClusterObject {
  const parts = key.split("/");
  const [kind = "", namespace = "", name = ""] = parts.length === 2 ? [parts[0], "", parts[1]] : parts;
  const workload = ["Deployment", "StatefulSet"].includes(kind) ? { desired: 2, ready: 2 } : {};
  const claim = kind === "PersistentVolumeClaim" ? { phase: "Bound" } : {};
  return {
    ...{ kind, namespace, name, createdAt: "2026-01-01T00:00:00Z", isOwned: false, labels: {} },
    ...{ desired: null, ready: null, phase: null },
    ...workload,
    ...claim,
    ...more,
  };
}

const SOURCE = [
  object("Namespace/shop"),
  object("Deployment/shop/cart"),
  object("StatefulSet/shop/db"),
  object("PersistentVolumeClaim/shop/data"),
  object("ConfigMap/shop/settings"),
  object("Secret/shop/keys"),
  object("Namespace/mail"),
  object("CronJob/mail/digest"),
];

const compare = (found: readonly ClusterObject[], mappings: Readonly<Record<string, string>> = {}) =>
  compareContents({ cluster: "prod-weu", expected: SOURCE, found, namespaceMappings: mappings });
const without = (...keys: string[]) =>
  SOURCE.filter(({ kind, namespace, name }) => !keys.includes([kind, namespace, name].filter(Boolean).join("/")));
const told = (found: readonly ClusterObject[]) =>
  compare(found).findings.map(({ code, subject }) => `${code} ${subject}`);

describe("restored contents", () => {
  it("that are all there and ready are no finding, nor is what is there in addition", () => {
    const { findings, pending, counts } = compare([...SOURCE, object("ConfigMap/shop/more")]);
    expect([findings, pending]).toEqual([[], []]);
    expect(counts).toContainEqual({ kind: "Namespace", expected: 2, found: 2 });
  });

  it.each<[string, string[], string[]]>([
    ["a workload", ["Deployment/shop/cart"], ["ObjectMissing Deployment/shop/cart"]],
    ["a claim", ["PersistentVolumeClaim/shop/data"], ["ObjectMissing PersistentVolumeClaim/shop/data"]],
    ["a namespace and what is in it", ["Namespace/mail", "CronJob/mail/digest"], ["NamespaceMissing mail"]],
    ["settings", ["ConfigMap/shop/settings"], ["ObjectsMissing ConfigMap objects of shop"]],
  ])("that lack %s say so", (_what, keys, expected) => {
    expect(told(without(...keys))).toEqual(expected);
  });

  it("that are nothing at all are one finding", () => {
    expect(told([])).toEqual(["RestoredNothing prod-weu"]);
    expect(told([object("Namespace/other")])).toEqual(["RestoredNothing prod-weu"]);
  });

  it("are looked for where they were mapped to", () => {
    const moved = SOURCE.map((one) =>
      one.namespace === "shop" ? { ...one, namespace: "t" } : one.name === "shop" ? { ...one, name: "t" } : one,
    );
    expect(compare(moved, { shop: "t" }).findings).toEqual([]);
    expect(compare(SOURCE, { shop: "t" }).findings).toMatchObject([{ code: "NamespaceMissing", subject: "t" }]);
  });

  it("are pending while pods are not ready and claims are not bound, and then findings", () => {
    const late = SOURCE.map((one) =>
      one.kind === "StatefulSet" ? { ...one, ready: 1 } : one.phase ? { ...one, phase: "Pending" } : one,
    );
    const { findings, pending } = compare(late);
    expect(findings).toEqual([]);
    expect(pending).toEqual([
      "StatefulSet/shop/db has 1 of 2 ready pods",
      "PersistentVolumeClaim/shop/data is Pending",
    ]);
    expect(pendingFindings("prod-weu", pending).map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      "WorkloadNotReady StatefulSet/shop/db",
      "ClaimNotBound PersistentVolumeClaim/shop/data",
    ]);
  });

  it("lack a namespace that is there, and nothing that should be in it: isolation had made it", () => {
    const hollow = SOURCE.filter(({ kind, namespace }) => kind === "Namespace" || namespace !== "shop");
    expect(compare(hollow)).toMatchObject({ findings: [{ code: "NamespaceMissing", subject: "shop" }] });
    const empty = SOURCE.filter(({ kind }) => kind === "Namespace");
    expect(compare(empty)).toMatchObject({ findings: [{ code: "RestoredNothing" }] });
  });

  it("lack exactly what was taken away, and namespaces in which nothing is: counts and findings agree", () => {
    fc.assert(
      fc.property(fc.subarray(SOURCE), (found) => {
        const { counts, findings } = compare(found);
        const missing = counts.reduce((sum, { expected, found: there }) => sum + expected - there, 0);
        const isIn = (objects: readonly ClusterObject[], name: string) => objects.some((one) => one.namespace === name);
        const hollow = found.filter(
          ({ kind, name }) => kind === "Namespace" && isIn(SOURCE, name) && !isIn(found, name),
        );
        expect(missing).toBe(SOURCE.length - found.length + hollow.length);
        expect(findings.length > 0).toBe(missing > 0);
      }),
    );
  });
});

describe("what a recovery point should hold", () => {
  const instance = { includedNamespaces: [], excludedNamespaces: [] as string[] } as unknown as BackupInstance;
  const scope = {
    ...{
      includedNamespaces: [],
      excludedNamespaces: [],
      includedResources: [],
      excludedResources: [],
      labelSelectors: [],
    },
  } as unknown as RestoreScope;
  const expected = (objects: readonly ClusterObject[], more: Partial<RestoreScope> = {}, of: object = {}) =>
    expectedContents(objects, { instance: { ...instance, ...of }, scope: { ...scope, ...more }, takenAt: TAKEN }).map(
      ({ kind, name }) => `${kind}/${name}`,
    );

  it.each<[string, ClusterObject]>([
    ["came later", object("ConfigMap/shop/late", { createdAt: "2026-11-20T02:00:01Z" })],
    ["has an owner", object("ConfigMap/shop/made", { isOwned: true })],
    ["every namespace has", object("ConfigMap/shop/kube-root-ca.crt")],
    ["runs and ends", object("Pod/shop/cart-1")],
    ["belongs to the system", object("Deployment/kube-system/coredns")],
    ["belongs to no namespace", object("ClusterRole/admin")],
  ])("is not what %s", (_what, one) => {
    expect(expected([one])).toEqual([]);
  });

  it("is what the backup covers and the restore asks for", () => {
    expect(expected(SOURCE, { includedNamespaces: ["mail"] })).toEqual(["Namespace/mail", "CronJob/digest"]);
    expect(expected(SOURCE, {}, { excludedNamespaces: ["shop"] })).toEqual(["Namespace/mail", "CronJob/digest"]);
    expect(expected(SOURCE, { includedResources: ["apps/v1/Deployment"], includedNamespaces: ["shop"] })).toEqual([
      "Namespace/shop",
      "Deployment/cart",
    ]);
    expect(expected(SOURCE, { excludedResources: ["deployments.apps", "v1/Secret"] })).not.toContain("Deployment/cart");
  });

  it("is what carries the labels, and its namespace", () => {
    const labelled = [object("Namespace/shop"), object("ConfigMap/shop/a", { labels: { tier: "web" } })];
    expect(expected([...labelled, object("ConfigMap/shop/b")], { labelSelectors: ["tier=web"] })).toEqual([
      "Namespace/shop",
      "ConfigMap/a",
    ]);
  });
});
