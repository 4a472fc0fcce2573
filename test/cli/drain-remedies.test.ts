import { afterEach, describe, expect, it } from "vitest";
import { findApiServer } from "../../adapters/kubernetes/drain/kubeconfig-file.ts";
import { restartOwner, scaleUpOwner, undoScaleUp } from "../../adapters/kubernetes/drain/remedies.ts";
import { type KubernetesTransport, openTransport } from "../../adapters/kubernetes/drain/transport.ts";
import { type DrainCluster, openDrainCluster, workload } from "./drain-cluster.ts";

const TARGET = "default/Deployment/web";
let open: DrainCluster | undefined;
let transport: KubernetesTransport | undefined;
afterEach(async () => {
  transport?.close();
  await open?.close();
});

async function cluster() {
  open = await openDrainCluster({ objects: [workload("Deployment", "web")] });
  transport = openTransport(await findApiServer({ kubeconfig: open.kubeconfig }, {}));
  const place = open;
  const web = () => place.model.table("deployments").get("default", "web");
  return { place, transport, web };
}

describe("remedies of a blocked drain", () => {
  it("scale the owner up by one, once for a run, and back", async () => {
    const { transport: api, web } = await cluster();
    expect(await scaleUpOwner(api, TARGET, "run-1")).toEqual({ kind: "done" });
    expect(await scaleUpOwner(api, TARGET, "run-1")).toEqual({ kind: "already" });
    expect(web().spec.replicas).toBe(4);
    expect(web().metadata.annotations).toMatchObject({
      "drydock.dev/scaled-up-by": "run-1",
      "drydock.dev/scaled-up-from": "3",
    });
    expect(await scaleUpOwner(api, TARGET, "run-2")).toEqual({
      kind: "passed",
      reason: "run run-1 has scaled it up",
    });
    expect(await undoScaleUp(api, TARGET, "run-2")).toEqual({ kind: "already" });
    expect(await undoScaleUp(api, TARGET, "run-1")).toEqual({ kind: "done" });
    expect(web().spec.replicas).toBe(3);
    expect(web().metadata.annotations).not.toHaveProperty(["drydock.dev/scaled-up-by"]);
    expect(await undoScaleUp(api, TARGET, "run-1")).toEqual({ kind: "already" });
  });

  it("leave a number of replicas that somebody else has chosen since", async () => {
    const { place, transport: api, web } = await cluster();
    await scaleUpOwner(api, TARGET, "run-1");
    place.change(() => place.model.table("deployments").update({ ...web(), spec: { ...web().spec, replicas: 9 } }));
    expect(await undoScaleUp(api, TARGET, "run-1")).toEqual({ kind: "done" });
    expect(web().spec.replicas).toBe(9);
    expect(web().metadata.annotations).not.toHaveProperty(["drydock.dev/scaled-up-by"]);
  });

  it("do not wake what is scaled to none", async () => {
    const { place, transport: api, web } = await cluster();
    place.change(() => place.model.table("deployments").update({ ...web(), spec: { ...web().spec, replicas: 0 } }));
    expect(await scaleUpOwner(api, TARGET, "run-1")).toMatchObject({ kind: "passed" });
    expect(web().spec.replicas).toBe(0);
  });

  it("restart the owner's rollout once for a run", async () => {
    const { transport: api, web } = await cluster();
    const restart = { runId: "run-1", at: "2026-03-01T12:00:00Z" };
    expect(await restartOwner(api, TARGET, restart)).toEqual({ kind: "done" });
    expect(await restartOwner(api, TARGET, { ...restart, at: "2026-03-01T13:00:00Z" })).toEqual({ kind: "already" });
    expect(web().spec.template.metadata?.annotations).toMatchObject({
      "kubectl.kubernetes.io/restartedAt": "2026-03-01T12:00:00Z",
    });
  });

  it("pass over an owner that is gone, and refuse one without replicas", async () => {
    const { transport: api } = await cluster();
    expect(await scaleUpOwner(api, "default/Deployment/none", "r")).toMatchObject({ kind: "passed" });
    await expect(scaleUpOwner(api, "default/Job/web", "r")).rejects.toThrow(
      "default/Job/web has no replicas to change",
    );
  });
});
