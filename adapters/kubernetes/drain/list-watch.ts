import { DrydockError } from "../../../domain/errors.ts";
import { refusal } from "./api-failure.ts";
import { identityShape, listShape, watchEventShape } from "./object-shapes.ts";
import type { ApiAnswer, KubernetesTransport } from "./transport.ts";

const PAGE_SIZE = 500;
/** How long the server is asked to keep a watch open. */
const WATCH_SECONDS = 290;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

/** A collection of objects, and how one of them is read. */
export interface Collection<T> {
  /** As in `/api/v1/pods`. */
  readonly path: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** As in `list the pods of node n1`. */
  readonly asked: string;
  readonly read: (object: unknown) => T;
}

/** A list that is consistent at one version. */
export interface Listed<T> {
  /** By UID. */
  readonly objects: ReadonlyMap<string, T>;
  readonly version: string;
}

/** Lists a collection page by page, as `kubectl get --chunk-size` does. Rejects with DrydockError. */
export async function listObjects<T>(transport: KubernetesTransport, collection: Collection<T>): Promise<Listed<T>> {
  const objects = new Map<string, T>();
  let token = "";
  let version = "";
  do {
    const query = queryOf(collection, { limit: String(PAGE_SIZE), ...(token === "" ? {} : { continue: token }) });
    const answer = await transport.ask({ method: "GET", path: `${collection.path}?${query}` });
    if (answer.status !== 200) throw refusal(answer, collection.asked);
    const page = listShape.parse(JSON.parse(answer.text));
    for (const item of page.items ?? []) objects.set(uidOf(item), collection.read(item));
    token = page.metadata?.continue ?? "";
    version = page.metadata?.resourceVersion ?? "";
  } while (token !== "");
  return { objects, version };
}

/** Objects that are kept as the server has them. */
export interface FollowedObjects<T> {
  items(): T[];
  /** Whether the collection has been read. */
  readonly isKnown: boolean;
  /** Lists anew: a watch may hang without a word. Resolves when it has; rejects with DrydockError. */
  refresh(): Promise<void>;
}

/** How a collection is followed. */
export interface FollowOptions<T> {
  readonly transport: KubernetesTransport;
  readonly collection: Collection<T>;
  /** What was listed before; the watch begins where that ended. */
  readonly first?: Listed<T>;
  readonly signal: AbortSignal;
  /**
   * Something is other than it was: one object at a time, so that no state in between is missed; or all of them, from a list
   * that was asked for at `listedSinceMs`.
   */
  readonly onChange: (changed: readonly T[], listedSinceMs?: number) => void;
  /** The server is not to be reached, or does not let us; it is asked again. */
  readonly onTrouble: (error: DrydockError) => void;
}

/**
 * Follows a collection by a watch until the signal is raised. A watch that ends or breaks is taken up where it was; one whose
 * place the server has forgotten (410) begins with a new list.
 */
export function followObjects<T>(options: FollowOptions<T>): FollowedObjects<T> {
  const { transport, collection, signal, onChange, onTrouble } = options;
  let objects = new Map(options.first?.objects);
  let version = options.first?.version;
  let listings = 0;

  async function refresh(): Promise<void> {
    const sinceMs = Date.now();
    listings += 1;
    const listed = await listObjects(transport, collection);
    objects = new Map(listed.objects);
    version = listed.version;
    onChange([...objects.values()], sinceMs);
  }

  function take(line: string): void {
    const { type, object } = watchEventShape.parse(JSON.parse(line));
    if (type === "ERROR")
      throw refusal({ status: Number(object.code ?? 500), text: line, retryAfterSeconds: null }, collection.asked);
    const { metadata } = identityShape.parse(object);
    const isThere = type === "ADDED" || type === "MODIFIED";
    const changed = isThere ? [collection.read(object)] : [];
    for (const one of changed) objects.set(metadata.uid ?? "", one);
    if (type === "DELETED") objects.delete(metadata.uid ?? "");
    version = metadata.resourceVersion ?? version;
    if (type !== "BOOKMARK") onChange(changed);
  }

  /** One watch from its beginning to its end; whether anything came. */
  async function watchOnce(): Promise<boolean> {
    const began = listings;
    let hasMoved = false;
    const own = new AbortController();
    const ended = AbortSignal.any([signal, own.signal]);
    const query = queryOf(collection, {
      watch: "true",
      allowWatchBookmarks: "true",
      timeoutSeconds: String(WATCH_SECONDS),
      ...(version === undefined ? {} : { resourceVersion: version }),
    });
    let failure: unknown;
    const onLine = (line: string) => {
      hasMoved = true;
      // A list that was made meanwhile is newer than what this watch still has to tell.
      if (listings !== began || failure !== undefined) return own.abort();
      try {
        take(line);
      } catch (error) {
        failure = error;
        own.abort();
      }
    };
    const answer: ApiAnswer = await transport.follow(`${collection.path}?${query}`, onLine, ended);
    if (failure !== undefined) throw failure;
    if (answer.status !== 200) throw refusal(answer, collection.asked);
    return hasMoved;
  }

  async function follow(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (version === undefined) await refresh();
        const hasMoved = await watchOnce();
        failures = hasMoved ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) return;
        const known = asFailure(error, collection.asked);
        failures += 1;
        // The server has forgotten our place, or what came makes no sense.
        const isForgotten = known.failure.class === "terminal";
        if (isForgotten) version = undefined;
        if (!isForgotten || known.failure.code === "NotFound") onTrouble(known);
      }
      if (failures > 0) await delay(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), signal);
    }
  }

  void follow();
  return {
    items: () => [...objects.values()],
    get isKnown() {
      return version !== undefined;
    },
    refresh,
  };
}

function asFailure(error: unknown, asked: string): DrydockError {
  if (error instanceof DrydockError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DrydockError(
    { class: "transient", code: "Unreachable", message: `could not ${asked}: ${message}`, retryAfterSeconds: null },
    { cause: error },
  );
}

function uidOf(item: unknown): string {
  return identityShape.parse(item).metadata.uid ?? "";
}

function queryOf<T>({ fieldSelector, labelSelector }: Collection<T>, more: Record<string, string>): string {
  const query = new URLSearchParams(more);
  if (fieldSelector) query.set("fieldSelector", fieldSelector);
  if (labelSelector) query.set("labelSelector", labelSelector);
  return query.toString();
}

/** Waits, but not longer than until the signal is raised. */
function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
