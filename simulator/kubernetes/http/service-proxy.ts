import { z } from "zod";
import type { ClusterModel } from "../model/cluster-model.ts";
import type { Pod } from "../model/objects.ts";
import { isPodReady, isPodTerminating } from "../model/pod-state.ts";
import { matchesSelector } from "../model/selectors.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import { dataOf } from "../model/volume-data.ts";
import { claimNamesOf } from "../model/volumes.ts";
import type { ResourceTarget } from "./request-path.ts";

/** Annotations of a pod that say what its program answers over HTTP: 200 and a few words about itself without them. */
const HTTP_STATUS = "simulator.drydock.dev/http-status";
const HTTP_BODY = "simulator.drydock.dev/http-body";

const serviceSchema = z.looseObject({
  spec: z.looseObject({
    selector: z.record(z.string(), z.string()).optional(),
    ports: z.array(z.looseObject({ name: z.string().optional(), port: z.number() })).default([]),
  }),
});

/**
 * Calls a service through the API server: `services/[scheme:]name[:port]/proxy/path`. Its first ready pod answers; one whose
 * data is not what its manifest says cannot serve it. Throws the Status of the API server where nobody does.
 */
export function callService(cluster: ClusterModel, target: ResourceTarget, method: string): Response {
  const { name = "", namespace = "", rest = "" } = target;
  const [service = "", port = ""] = splitName(name);
  const { spec } = serviceSchema.parse(cluster.table("services").get(namespace, service));
  const isServed = spec.ports.some((one) => port === "" || one.name === port || String(one.port) === port);
  if (!isServed) throw unavailable(`no service port ${JSON.stringify(port)} found for service "${service}"`);
  const matchLabels = spec.selector ?? {};
  const [pod] = cluster
    .table("pods")
    .list(namespace)
    .filter((one) => Object.keys(matchLabels).length > 0 && matchesSelector({ matchLabels }, one.metadata.labels))
    .filter((one) => isPodReady(one) && !isPodTerminating(one));
  if (!pod) throw unavailable(`no endpoints available for service "${service}"`);
  const bad = corruptClaimOf(cluster, pod);
  if (bad !== undefined) return Response.json({ error: `the data on claim ${bad} cannot be read` }, { status: 500 });
  const { [HTTP_STATUS]: status = "200", [HTTP_BODY]: body } = pod.metadata.annotations ?? {};
  const said = body ?? JSON.stringify({ pod: pod.metadata.name, method, path: `/${rest}` });
  return new Response(said, { status: Number(status), headers: { "content-type": "application/json" } });
}

/** `name`, `name:port` or `scheme:name:port`. */
function splitName(text: string): string[] {
  const parts = text.split(":");
  if (parts.length <= 2) return parts;
  const [scheme = "", ...rest] = parts;
  if (parts.length > 3 || !["", "http", "https"].includes(scheme))
    throw badRequest(`invalid service request "${text}"`);
  return rest;
}

function corruptClaimOf(cluster: ClusterModel, pod: Pod): string | undefined {
  return claimNamesOf(pod).find((name) => {
    const claim = cluster.table("persistentvolumeclaims").find(pod.metadata.namespace, name);
    const volume = cluster.table("persistentvolumes").find(undefined, claim?.spec.volumeName ?? "");
    if (!volume) return false;
    const { checksum, manifest } = dataOf(volume, claim, cluster.nowMs);
    return checksum !== manifest;
  });
}

function unavailable(message: string): StatusError {
  return new StatusError(503, "ServiceUnavailable", message);
}
