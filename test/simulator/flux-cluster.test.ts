import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fluxControllers, installFlux } from "../../simulator/flux/flux.ts";
import { fluxPorts } from "../../simulator/flux/flux-ports.ts";
import { folderSource, memoryTree } from "../../simulator/flux/folder-source.ts";
import { createFromManifest } from "../../simulator/kubernetes/model/apply.ts";
import { ClusterModel } from "../../simulator/kubernetes/model/cluster-model.ts";
import { handlePodLives } from "../../simulator/kubernetes/model/pod-lifecycle.ts";
import { modelSettingsSchema } from "../../simulator/settings.ts";
import { openJournal } from "../../simulator/state/journal.ts";
import { Store } from "../../simulator/state/store.ts";
import { World } from "../../simulator/world.ts";
import { temporaryFolder } from "../host/program.ts";
import { configMap, kustomization, manifests, repository } from "./flux-harness.ts";
import { addNode, createNamespace, deployment } from "./kubernetes-harness.ts";
import { ManualClock } from "./manual-clock.ts";

const KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/v1";
const folder = temporaryFolder();
afterAll(() => folder.remove());

const inFlux = (
  apiVersion: string,
  { kind, metadata, spec }: { kind: string; metadata: { name: string }; spec: object },
) => ({
  apiVersion,
  kind,
  metadata: { ...metadata, namespace: "flux-system" },
  spec,
});

/** A world on a state folder, with one cluster whose Flux reads `files`. */
function open(state: string, clock: ManualClock, files: ReadonlyMap<string, string>) {
  const world = new World(new Store(openJournal(join(folder.path, state))), clock, 7);
  const sources = { find: () => memoryTree("main@sha1:aaaa", files) };
  const controllers = fluxControllers(fluxPorts({ sources }));
  const cluster = new ClusterModel(world, "one", modelSettingsSchema.parse({}), { controllers });
  handlePodLives(world, () => cluster);
  return { world, cluster };
}

function populate({ world, cluster }: ReturnType<typeof open>): void {
  world.change(() =>
    cluster.populate(world.nowMs, () => {
      createNamespace(cluster, "default");
      addNode(cluster, { name: "n1" });
      installFlux(cluster);
      createFromManifest(
        cluster,
        inFlux(KUSTOMIZATION, kustomization("apps", { wait: true, dependsOn: [{ name: "base" }] })),
      );
      createFromManifest(cluster, inFlux(KUSTOMIZATION, kustomization("base", { wait: true })));
      createFromManifest(cluster, inFlux("source.toolkit.fluxcd.io/v1", repository));
    }),
  );
}

function readyOf(cluster: ClusterModel, name: string): unknown {
  const resource = cluster.resourceOfKind(KUSTOMIZATION, "Kustomization");
  const object = resource && cluster.tableOf(resource).find("flux-system", name);
  const { conditions = [] } = (object?.status ?? {}) as { conditions?: Array<{ type: string; status: string }> };
  return conditions.find(({ type }) => type === "Ready")?.status;
}

const files = new Map([
  ["base/a.yaml", manifests(configMap("one"))],
  ["apps/a.yaml", manifests(deployment("web", 2))],
]);

describe("a cluster with Flux", () => {
  it("that was made long ago has everything applied, in its order, before anybody looks", () => {
    const made = open("made", new ManualClock(), files);
    populate(made);
    expect(["base", "apps"].map((name) => readyOf(made.cluster, name))).toEqual(["True", "True"]);
    expect(
      made.cluster
        .table("pods")
        .list("default")
        .map(({ status }) => status?.phase),
    ).toEqual(["Running", "Running"]);
    made.world.close();
  });

  it("goes on after the simulator's death, at the interval that was due", () => {
    const clock = new ManualClock();
    const before = open("kept", clock, files);
    populate(before);
    before.world.change(() => {
      const one = before.cluster.table("configmaps").get("default", "one");
      before.cluster.table("configmaps").remove(one);
    });
    before.world.close();
    const after = open("kept", clock, files);
    after.world.catchUp();
    expect(after.cluster.table("configmaps").find("default", "one")).toBeUndefined();
    clock.advance(620);
    expect(after.cluster.table("configmaps").find("default", "one")).toBeDefined();
    expect(readyOf(after.cluster, "base")).toBe("True");
    after.world.close();
  });
});

describe("a folder as a source", () => {
  it("is another revision when a file changes, and only then", () => {
    const path = join(folder.path, "fleet");
    mkdirSync(join(path, "apps"), { recursive: true });
    writeFileSync(join(path, "apps", "a.yaml"), "a: 1\n");
    const source = folderSource(path);
    const read = () => {
      const found = source.find({ kind: "GitRepository", url: "https://git.example.com/fleet", reference: {} });
      if ("failure" in found) throw new Error(found.failure.message);
      return found;
    };
    const first = read();
    expect(first.revision).toMatch(/^main@sha1:[0-9a-f]{40}$/);
    expect([first.files(), first.readFile("apps/a.yaml")]).toEqual([["apps/a.yaml"], "a: 1\n"]);
    expect(read().revision).toBe(first.revision);
    writeFileSync(join(path, "apps", "a.yaml"), "a: 2\n");
    expect(read().revision).not.toBe(first.revision);
  });
});

describe("pods of one template that were made together", () => {
  it("share their containers, conditions and container statuses in memory", () => {
    const { cluster, world } = open("shared", new ManualClock(), new Map());
    world.change(() =>
      cluster.populate(world.nowMs, () => {
        createNamespace(cluster, "default");
        addNode(cluster, { name: "n1" });
        createFromManifest(cluster, deployment("web", 3));
      }),
    );
    const pods = cluster.table("pods").list("default");
    const shared: ReadonlyArray<readonly unknown[]> = [
      pods.map(({ spec }) => spec.containers),
      pods.map(({ status }) => status?.conditions),
      pods.map(({ status }) => status?.containerStatuses),
      pods.map(({ metadata }) => metadata.labels),
    ];
    for (const parts of shared) expect(new Set(parts).size).toBe(1);
    expect(pods).toHaveLength(3);
    world.close();
  });
});
