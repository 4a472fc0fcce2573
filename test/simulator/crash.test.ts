import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../host/program.ts";
import { buildSimulator, type SimulatorProgram, startSimulatorProgram } from "./simulator-program.ts";
import { fetchToken, SUBSCRIPTION } from "./start-simulator.ts";

const folder = temporaryFolder();
let running: SimulatorProgram | undefined;
afterAll(async () => {
  running?.signal("SIGKILL");
  await running?.ended;
  folder.remove();
});

const CLUSTER = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-prod-weu/providers/Microsoft.ContainerService/managedClusters/prod-weu`;
const NEW_IMAGE = "AKSUbuntu-2204gen2containerd-202611.10.0";
/** How much time goes by, in the world, from one start to the next; an upgrade takes a quarter of an hour. */
const STEP_SECONDS = 40;
/** Fewer would not have met every kind of step. */
const KILLS_LEAST = 8;

interface Condition {
  readonly type: string;
  readonly status: string;
}

interface KubernetesObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly ownerReferences?: Array<{ uid: string }> };
  readonly spec: { readonly unschedulable?: boolean; readonly replicas?: number };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly readyReplicas?: number;
    readonly replicas?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
  };
}

/** The world as seen from outside, over restarts: the keys that it handed out stay good. */
class Outside {
  readonly #program: string;
  readonly #flags: readonly string[];
  #virtualMs = Date.now();
  #url = "";
  #webhook = "";
  #armToken = "";
  #kubernetesToken = "";

  constructor(program: string, state: string) {
    this.#program = program;
    this.#flags = ["--state", state, "--seed", "7", "--log-level", "error"];
  }

  /** Starts it later in its world: how far it gets does not hang on how fast this machine is. */
  async start(seconds = STEP_SECONDS): Promise<void> {
    this.#virtualMs += seconds * 1_000;
    const origin = `${Date.now()},${this.#virtualMs}`;
    running = startSimulatorProgram(this.#program, [...this.#flags, "--clock-origin", origin]);
    const { url, teamsWebhookUrl, identityEndpoint, identityHeader } = await running.ready;
    this.#url = url;
    this.#webhook = teamsWebhookUrl;
    if (this.#armToken !== "") return;
    this.#armToken = await fetchToken(identityEndpoint, identityHeader);
    const { kubeconfigs } = await this.arm<{ kubeconfigs: Array<{ value: string }> }>(
      `${CLUSTER}/listClusterAdminCredential`,
      "POST",
    );
    const text = Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString();
    this.#kubernetesToken = /token: (\S+)/.exec(text)?.[1] ?? "";
  }

  async kill(): Promise<void> {
    running?.signal("SIGKILL");
    expect((await running?.ended)?.signal).toBe("SIGKILL");
  }

  async arm<T>(path: string, method = "GET"): Promise<T> {
    const headers = { authorization: `Bearer ${this.#armToken}` };
    // A link that was handed out is followed as it is.
    const target = path.includes("?") ? path : `${path}?api-version=2025-08-01`;
    const response = await fetch(`${this.#url}${target}`, { method, headers });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    const operation = response.headers.get("azure-asyncoperation");
    return (
      operation === null ? await response.json() : { operation: operation.slice(new URL(operation).origin.length) }
    ) as T;
  }

  async list(path: string): Promise<KubernetesObject[]> {
    const headers = { authorization: `Bearer ${this.#kubernetesToken}` };
    const response = await fetch(`${this.#url}/kubernetes/prod-weu${path}`, { headers });
    return ((await response.json()) as { items: KubernetesObject[] }).items;
  }

  /** Posts a card; resolves to whether it was taken, also when the simulator dies over it. */
  postCard(id: string): Promise<boolean> {
    const content = { type: "AdaptiveCard", version: "1.5", body: [{ type: "TextBlock", text: id }] };
    const attachments = [{ contentType: "application/vnd.microsoft.card.adaptive", content }];
    const body = JSON.stringify({ type: "message", attachments });
    return fetch(this.#webhook, { method: "POST", body }).then(
      ({ status }) => status === 202,
      () => false,
    );
  }

  async cards(): Promise<string[]> {
    const response = await fetch(`${this.#url}/teams/messages`);
    const { messages } = (await response.json()) as { messages: Array<{ card: { body: Array<{ text: string }> } }> };
    return messages.map(({ card }) => card.body[0]?.text ?? "");
  }
}

const isReady = ({ status }: KubernetesObject) =>
  status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;

interface PoolBody {
  readonly provisioningState: string;
  readonly nodeImageVersion: string;
  readonly count: number;
}

/** What of the cluster's nodes changes while a pool is rolled. */
async function nodesOf(outside: Outside): Promise<string[]> {
  const nodes = await outside.list("/api/v1/nodes?labelSelector=agentpool%3Dapps");
  return nodes.map((node) => `${node.metadata.name} ${isReady(node)} ${node.spec.unschedulable === true}`);
}

describe("a simulator that is killed", () => {
  it("goes on with a pool's upgrade at every step, loses nothing and does nothing twice", async () => {
    const outside = new Outside(await buildSimulator(folder.path), join(folder.path, "state"));
    await outside.start();
    const namesBefore = (await nodesOf(outside)).map((line) => line.split(" ")[0]);
    const { operation } = await outside.arm<{ operation: string }>(
      `${CLUSTER}/agentPools/apps/upgradeNodeImageVersion`,
      "POST",
    );
    const seenNames = new Set<string>();
    const taken: string[] = [];
    const uncertain: string[] = [];
    let kills = 0;
    for (;;) {
      const { status } = await outside.arm<{ status: string }>(operation);
      const nodes = await nodesOf(outside);
      for (const line of nodes) seenNames.add(line.split(" ")[0] ?? "");
      for (const { metadata, status: budget } of await outside.list("/apis/policy/v1/poddisruptionbudgets")) {
        expect([metadata.name, (budget.currentHealthy ?? 0) >= (budget.desiredHealthy ?? 0)]).toEqual([
          metadata.name,
          true,
        ]);
      }
      if (status !== "InProgress") {
        expect(status).toBe("Succeeded");
        break;
      }
      // The end comes while a change is being written.
      const id = `card ${kills}`;
      const posted = outside.postCard(id);
      await outside.kill();
      ((await posted) ? taken : uncertain).push(id);
      kills += 1;
      await outside.start();
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);

    // One machine more made room, and has gone again; the others were reimaged in their places.
    const surge = [...seenNames].filter((name) => !namesBefore.includes(name));
    expect(surge).toHaveLength(1);
    expect((await nodesOf(outside)).sort()).toEqual(namesBefore.map((name) => `${name} true false`).sort());
    expect(await outside.arm<PoolBody>(`${CLUSTER}/agentPools/apps`)).toMatchObject({
      properties: { provisioningState: "Succeeded", nodeImageVersion: NEW_IMAGE, count: 3 },
    });

    const cards = await outside.cards();
    expect(new Set(cards).size).toBe(cards.length);
    expect(cards.filter((id) => !uncertain.includes(id))).toEqual(taken);
    await outside.kill();
    await outside.start(600);
    await expectWholeWorkloads(outside);
  });

  /** Every workload is ready, has as many pods as it asks for, and none is left over. */
  async function expectWholeWorkloads(outside: Outside): Promise<void> {
    const workloads = async () => [
      ...(await outside.list("/apis/apps/v1/replicasets")),
      ...(await outside.list("/apis/apps/v1/statefulsets")),
    ];
    const isWhole = ({ spec, status }: KubernetesObject) => (status.readyReplicas ?? 0) === (spec.replicas ?? 0);
    expect((await workloads()).filter((workload) => !isWhole(workload))).toEqual([]);
    const pods = await outside.list("/api/v1/pods");
    for (const { metadata, spec } of await workloads()) {
      const own = pods.filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
      expect([metadata.name, own.length]).toEqual([metadata.name, spec.replicas]);
    }
  }
});
