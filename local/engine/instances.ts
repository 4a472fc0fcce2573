import type { HistoryEvent } from "./history.ts";
import type {
  ActivityRow,
  InboxRow,
  InstanceRecord,
  ParentLink,
  Row,
  RuntimeStatus,
  Store,
  TimerRow,
} from "./store.ts";

/** States in which an instance no longer runs. */
const FINAL: ReadonlySet<RuntimeStatus> = new Set(["Completed", "Failed", "Terminated", "Canceled"]);

/** Whether an instance in this state will never run again by itself. */
export function isFinal(status: RuntimeStatus): boolean {
  return FINAL.has(status);
}

function toInstance(row: Row): InstanceRecord {
  const parent: ParentLink | undefined =
    row.parent_instance === null
      ? undefined
      : {
          instanceId: String(row.parent_instance),
          executionId: String(row.parent_execution),
          taskId: Number(row.parent_task),
          name: String(row.parent_name),
        };
  return {
    instanceId: String(row.instance_id),
    name: String(row.name),
    version: String(row.version),
    executionId: String(row.execution_id),
    parent,
    status: row.status as RuntimeStatus,
    input: String(row.input),
    output: row.output as string | null,
    customStatus: row.custom_status as string | null,
    createdMs: Number(row.created_ms),
    updatedMs: Number(row.updated_ms),
  };
}

/** Reads one instance. */
export function readInstance(store: Store, instanceId: string): InstanceRecord | undefined {
  const row = store.get("SELECT * FROM instances WHERE instance_id = ?", instanceId);
  return row && toInstance(row);
}

/** Writes an instance, replacing an earlier one of the same id together with all that belonged to it. */
export function insertInstance(store: Store, record: InstanceRecord): void {
  deleteInstance(store, record.instanceId);
  store.run(
    `INSERT INTO instances (instance_id, name, version, execution_id, parent_instance, parent_execution, parent_task,
       parent_name, status, input, output, custom_status, created_ms, updated_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    record.instanceId,
    record.name,
    record.version,
    record.executionId,
    record.parent?.instanceId ?? null,
    record.parent?.executionId ?? null,
    record.parent?.taskId ?? null,
    record.parent?.name ?? null,
    record.status,
    record.input,
    record.output,
    record.customStatus,
    record.createdMs,
    record.updatedMs,
  );
}

/** Changes some members of an instance. */
export function updateInstance(
  store: Store,
  instanceId: string,
  change: Partial<Pick<InstanceRecord, "status" | "output" | "customStatus" | "executionId" | "input">> & {
    updatedMs: number;
  },
): void {
  const current = readInstance(store, instanceId);
  if (!current) return;
  const next = { ...current, ...change };
  store.run(
    "UPDATE instances SET status = ?, output = ?, custom_status = ?, execution_id = ?, input = ?, updated_ms = ? WHERE instance_id = ?",
    next.status,
    next.output,
    next.customStatus,
    next.executionId,
    next.input,
    next.updatedMs,
    instanceId,
  );
}

/** Removes an instance with its history, messages and timers. Work already owed goes on; its outcome finds nobody. */
export function deleteInstance(store: Store, instanceId: string): boolean {
  const { changes } = store.run("DELETE FROM instances WHERE instance_id = ?", instanceId);
  store.run("DELETE FROM history WHERE instance_id = ?", instanceId);
  store.run("DELETE FROM inbox WHERE instance_id = ?", instanceId);
  store.run("DELETE FROM timers WHERE instance_id = ?", instanceId);
  return changes > 0;
}

/** What an instance query may ask for. Times in milliseconds since the epoch, both ends inclusive. */
export interface InstanceFilter {
  readonly createdFromMs?: number;
  readonly createdToMs?: number;
  readonly statuses?: readonly RuntimeStatus[];
  readonly idPrefix?: string;
  readonly limit: number;
  readonly continuation?: string;
}

/** Instances in order of creation, and the token that fetches the next page. */
export function queryInstances(
  store: Store,
  filter: InstanceFilter,
): { instances: InstanceRecord[]; continuation: string | undefined } {
  const after = decodeContinuation(filter.continuation);
  const rows = store.all(
    `SELECT * FROM instances
     WHERE (created_ms, instance_id) > (?, ?) AND created_ms >= ? AND created_ms <= ?
       AND (? = '' OR instr(?, ',' || status || ',') > 0)
       AND (? = '' OR substr(instance_id, 1, length(?)) = ?)
     ORDER BY created_ms, instance_id LIMIT ?`,
    after.createdMs,
    after.instanceId,
    filter.createdFromMs ?? -1e15,
    filter.createdToMs ?? 1e15,
    filter.statuses?.length ? "some" : "",
    `,${(filter.statuses ?? []).join(",")},`,
    filter.idPrefix ?? "",
    filter.idPrefix ?? "",
    filter.idPrefix ?? "",
    filter.limit + 1,
  );
  const instances = rows.slice(0, filter.limit).map(toInstance);
  const last = instances.at(-1);
  const more = rows.length > filter.limit && last;
  return { instances, continuation: more ? encodeContinuation(last) : undefined };
}

function encodeContinuation(last: InstanceRecord): string {
  return Buffer.from(JSON.stringify([last.createdMs, last.instanceId])).toString("base64url");
}

function decodeContinuation(token: string | undefined): { createdMs: number; instanceId: string } {
  if (!token) return { createdMs: -1e15, instanceId: "" };
  try {
    const [createdMs, instanceId] = JSON.parse(Buffer.from(token, "base64url").toString()) as [unknown, unknown];
    if (typeof createdMs === "number" && typeof instanceId === "string") return { createdMs, instanceId };
  } catch {
    // Falls through to the one error for every malformed token.
  }
  throw new RangeError("The continuation token is not one that this host gave out.");
}

/** An execution's history, oldest event first, as stored texts. */
export function readHistory(store: Store, instanceId: string): string[] {
  return store
    .all("SELECT event FROM history WHERE instance_id = ? ORDER BY seq", instanceId)
    .map((row) => String(row.event));
}

/** Adds events behind the `offset` that are there already. */
export function appendHistory(store: Store, instanceId: string, offset: number, events: readonly HistoryEvent[]): void {
  for (const [index, event] of events.entries()) {
    store.run(
      "INSERT INTO history (instance_id, seq, event) VALUES (?, ?, ?)",
      instanceId,
      offset + index,
      JSON.stringify(event),
    );
  }
}

/** Puts a history in place of the one that is there. */
export function replaceHistory(store: Store, instanceId: string, events: readonly HistoryEvent[]): void {
  store.run("DELETE FROM history WHERE instance_id = ?", instanceId);
  appendHistory(store, instanceId, 0, events);
}

/** Sends an event to an instance. Without an execution id it is for whichever execution is current when it arrives. */
export function sendToInstance(
  store: Store,
  instanceId: string,
  executionId: string | null,
  event: HistoryEvent,
): void {
  store.run(
    "INSERT INTO inbox (instance_id, execution_id, event) VALUES (?, ?, ?)",
    instanceId,
    executionId,
    JSON.stringify(event),
  );
}

/** The events that wait for an instance, in the order they came. */
export function readInbox(store: Store, instanceId: string, limit: number): InboxRow[] {
  return store
    .all("SELECT id, execution_id, event FROM inbox WHERE instance_id = ? ORDER BY id LIMIT ?", instanceId, limit)
    .map((row) => ({
      id: Number(row.id),
      executionId: row.execution_id as string | null,
      event: JSON.parse(String(row.event)) as HistoryEvent,
    }));
}

/** Activities owed, in the order they were asked for. */
export function readActivities(store: Store): ActivityRow[] {
  return store.all("SELECT * FROM activities ORDER BY id").map((row) => ({
    id: Number(row.id),
    instanceId: String(row.instance_id),
    executionId: String(row.execution_id),
    taskId: Number(row.task_id),
    name: String(row.name),
    input: String(row.input),
    notBeforeMs: row.not_before_ms as number | null,
  }));
}

/** Timers that wait. */
export function readTimers(store: Store): TimerRow[] {
  return store.all("SELECT * FROM timers ORDER BY fire_ms, instance_id, task_id").map((row) => ({
    instanceId: String(row.instance_id),
    executionId: String(row.execution_id),
    taskId: Number(row.task_id),
    fireMs: Number(row.fire_ms),
  }));
}
