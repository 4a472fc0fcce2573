import type { ClusterModel } from "../model/cluster-model.ts";
import type { ObjectChange } from "../model/object-table.ts";
import type { KubernetesObject } from "../model/objects.ts";
import { apiVersionOf } from "../model/resources.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import { present, refuseFuture, selectionOf } from "./list.ts";
import type { ResourceTarget } from "./request-path.ts";
import { asTable, wantsTable } from "./table.ts";

/** How often an idle watch is told how far it has got, in seconds of the simulator's clock. */
const BOOKMARK_SECONDS = 60;
/** How long a watch lasts when it does not say (the real server picks between 30 and 60 minutes). */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

const HEADERS = { "content-type": "application/json", "cache-control": "no-cache, private" };

interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

interface ObjectEvent extends WatchEvent {
  readonly object: KubernetesObject;
}

/**
 * Opens a watch: one line of JSON per event. From a `resourceVersion` it sends what happened since; when that is no longer
 * known, the only event is an ERROR with a 410 Status (so does the real server, under a status of 200). Without a version,
 * or from "0", it begins with an ADDED event per object; with `sendInitialEvents` a bookmark says where these end. Ends
 * after `timeoutSeconds`. To a client that asks for tables (`kubectl get --watch`) each object goes as one.
 */
export function openWatch(
  cluster: ClusterModel,
  target: ResourceTarget,
  { query, accept }: { readonly query: URLSearchParams; readonly accept: string },
): Response {
  const selected = selectionOf(target, query);
  const initial = isSet(query, "sendInitialEvents");
  const first = initial
    ? initialEvents(cluster, target, query, selected)
    : firstEvents(cluster, target, query.get("resourceVersion") ?? "", selected);
  if ("error" in first) {
    return new Response(`${JSON.stringify({ type: "ERROR", object: first.error.toStatus() })}\n`, { headers: HEADERS });
  }
  const timeoutMs = readSeconds(query.get("timeoutSeconds")) * 1_000;
  const stream = openStream(cluster, timeoutMs, (send) => {
    const show = ({ type, object }: ObjectEvent) => {
      const shown = present(object, target.resource);
      send({ type, object: wantsTable(accept) ? asTable(cluster, shown, target.resource) : shown });
    };
    first.events.forEach(show);
    if (initial) send(bookmark(cluster, target, { "k8s.io/initial-events-end": "true" }));
    const unsubscribe = cluster.log.subscribe((change) => eventsOf(change, target, selected).forEach(show));
    const stopBookmarks = isSet(query, "allowWatchBookmarks") ? sendBookmarks(cluster, target, send) : () => {};
    return () => {
      unsubscribe();
      stopBookmarks();
    };
  });
  return new Response(stream, { headers: HEADERS });
}

function isSet(query: URLSearchParams, name: string): boolean {
  return ["true", "1"].includes(query.get(name) ?? "");
}

/** A stream of lines that `follow` feeds until the client goes or the time is over; it answers how to stop. */
function openStream(
  cluster: ClusterModel,
  timeoutMs: number,
  follow: (send: (event: WatchEvent) => void) => () => void,
): ReadableStream<Uint8Array> {
  let stop = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder();
      const unfollow = follow((event) => controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`)));
      const { clock } = cluster.world;
      const end = clock.at(clock.nowMs() + timeoutMs, () => {
        stop();
        controller.close();
      });
      stop = () => {
        unfollow();
        end.cancel();
      };
    },
    cancel: () => stop(),
  });
}

function initialEvents(
  cluster: ClusterModel,
  target: ResourceTarget,
  query: URLSearchParams,
  selected: (object: KubernetesObject) => boolean,
): { readonly events: ObjectEvent[] } {
  if (query.get("resourceVersionMatch") === "NotOlderThan") return { events: additions(cluster, target, selected) };
  throw badRequest("sendInitialEvents is forbidden for watch unless resourceVersionMatch is NotOlderThan");
}

function readSeconds(text: string | null): number {
  const seconds = text === null || text === "" ? DEFAULT_TIMEOUT_SECONDS : Number(text);
  if (!Number.isFinite(seconds) || seconds < 0) throw badRequest(`timeoutSeconds must be a number, not ${text}`);
  return seconds === 0 ? DEFAULT_TIMEOUT_SECONDS : seconds;
}

/** An ADDED event for each object that there is. */
function additions(
  cluster: ClusterModel,
  target: ResourceTarget,
  selected: (object: KubernetesObject) => boolean,
): ObjectEvent[] {
  const objects = cluster.tableOf(target.resource).list(target.namespace).filter(selected);
  return objects.map((object) => ({ type: "ADDED", object }));
}

function firstEvents(
  cluster: ClusterModel,
  target: ResourceTarget,
  from: string,
  selected: (object: KubernetesObject) => boolean,
): { readonly events: ObjectEvent[] } | { readonly error: StatusError } {
  if (from === "" || from === "0") {
    return { events: additions(cluster, target, selected) };
  }
  const version = Number(from);
  if (!Number.isInteger(version)) throw badRequest(`resourceVersion must be a number, not ${from}`);
  refuseFuture(cluster, version);
  try {
    return { events: cluster.log.since(version).flatMap((change) => eventsOf(change, target, selected)) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { error };
  }
}

/** What a change looks like through a selection: an object that leaves it looks deleted, one that enters it added. */
function eventsOf(
  change: ObjectChange,
  target: ResourceTarget,
  selected: (object: KubernetesObject) => boolean,
): ObjectEvent[] {
  if (change.resource.plural !== target.resource.plural || change.resource.group !== target.resource.group) return [];
  const was = change.before !== undefined && selected(change.before);
  const is = change.type !== "DELETED" && selected(change.object);
  if (!was && !is) return [];
  const type = was && is ? "MODIFIED" : is ? "ADDED" : "DELETED";
  return [{ type, object: change.object }];
}

function bookmark(cluster: ClusterModel, { resource }: ResourceTarget, annotations?: object): WatchEvent {
  const metadata = {
    resourceVersion: String(cluster.version),
    creationTimestamp: null,
    ...(annotations ? { annotations } : {}),
  };
  return { type: "BOOKMARK", object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } };
}

function sendBookmarks(cluster: ClusterModel, target: ResourceTarget, send: (event: WatchEvent) => void): () => void {
  const { clock } = cluster.world;
  const arm = () =>
    clock.at(clock.nowMs() + BOOKMARK_SECONDS * 1_000, () => {
      send(bookmark(cluster, target));
      timer = arm();
    });
  let timer = arm();
  return () => timer.cancel();
}
