import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { azureFileSchema } from "../../simulator/fleet/azure-file.ts";
import { temporaryFolder } from "../host/program.ts";
import { changedFleet } from "./changed-fleet.ts";
import { startSimulator, type TestSimulator } from "./start-simulator.ts";

const folder = temporaryFolder();
let simulator: TestSimulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  folder.remove();
});

const CLUSTER = "staging-weu";

/** The sample fleet, with more in the apps that run on every cluster. */
async function startWith(manifest: string): Promise<TestSimulator> {
  const directory = changedFleet(folder.path, (azure) => azure);
  writeFileSync(join(directory, "apps/more.yaml"), manifest);
  appendFileSync(join(directory, "apps/kustomization.yaml"), "  - more.yaml\n");
  simulator = await startSimulator({ fleetDirectory: directory });
  return simulator;
}

async function ask(path: string, init: { method?: string; body?: unknown } = {}) {
  if (!simulator) throw new Error("there is no simulator");
  const token = simulator.azure.secrets.get(`kubernetes/${CLUSTER}`);
  const response = await fetch(`${simulator.url}/kubernetes/${CLUSTER}${path}`, {
    method: init.method ?? "GET",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/merge-patch+json" },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  return { status: response.status, body: (await response.json()) as any };
}

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: storefront, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules:
    - backendRefs:
        - { name: stable, port: 80, weight: 90 }
        - { name: canary, port: 80, weight: 10 }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: httproutes.gateway.networking.k8s.io }
spec:
  group: gateway.networking.k8s.io
  scope: Namespaced
  names: { plural: httproutes, singular: httproute, kind: HTTPRoute, listKind: HTTPRouteList }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {} }
      schema:
        openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true }
`;

describe("azure.yaml", () => {
  it("is in the document as the simulator takes it", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/scenarios.md"), "utf8");
    const [, sample = ""] = /## azure.yaml.*?```yaml\n(.*?)```/s.exec(document) ?? [];
    expect(azureFileSchema.safeParse(parse(sample)).error).toBeUndefined();
    expect(sample).not.toBe("");
  });
});

describe("what the fleet folder holds", () => {
  it("may be a definition and objects of its kind, in any order of the files", async () => {
    await startWith(GATEWAY);
    const path = "/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/storefront";
    const { body } = await ask(path);
    expect(body.spec.rules[0].backendRefs).toMatchObject([{ weight: 90 }, { weight: 10 }]);
    const rules = [{ backendRefs: [{ name: "stable", port: 80, weight: 0 }] }];
    expect((await ask(path, { method: "PATCH", body: { spec: { rules } } })).body.metadata.generation).toBe(2);
  });

  it("may claim volumes, which are there when the cluster is first looked into, in the zones of their pods", async () => {
    const { azure } = await startWith(
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: shared, namespace: shop }\nspec:\n  accessModes: [ReadWriteMany]\n  storageClassName: azurefile-csi\n  resources: { requests: { storage: 5Gi } }\n",
    );
    const model = azure.kubernetes(CLUSTER);
    const claims = model.table("persistentvolumeclaims").list();
    expect(claims.map(({ metadata, status }) => `${metadata.name} ${status?.phase}`)).toEqual([
      "data-orders-db-0 Bound",
      "data-orders-db-1 Bound",
      "data-orders-db-2 Bound",
      "shared Bound",
    ]);
    for (const pod of model
      .table("pods")
      .list("orders")
      .filter(({ metadata }) => metadata.name.startsWith("orders-db-"))) {
      const claim = claims.find(({ metadata }) => metadata.name === `data-${pod.metadata.name}`);
      const volume = model.table("persistentvolumes").get(undefined, claim?.spec.volumeName ?? "");
      const node = model.table("nodes").get(undefined, pod.spec.nodeName ?? "");
      expect(JSON.stringify(volume.spec.nodeAffinity)).toContain(node.metadata.labels?.["topology.kubernetes.io/zone"]);
    }
  });

  it("is refused with the cluster and the object, when nothing serves its kind", async () => {
    const { azure } = await startWith(
      "apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: odd, namespace: shop }\n",
    );
    expect(() => azure.kubernetes(CLUSTER)).toThrow(
      /cluster staging-weu: the fleet's Widget odd cannot be made: no matches/,
    );
  });
});
