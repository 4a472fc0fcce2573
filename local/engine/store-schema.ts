/**
 * Tables of the durable store. An *inbox* row is an event on its way into a history; an *activity* row is work that has
 * to be done at least once; a *timer* row is a moment to wait for. Rows go in the very transaction that settles them, so
 * that after a crash each of them is either still owed or done, never both.
 */
export const STORE_SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS instances (
  instance_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  parent_instance TEXT,
  parent_execution TEXT,
  parent_task INTEGER,
  parent_name TEXT,
  status TEXT NOT NULL,
  input TEXT NOT NULL,
  output TEXT,
  custom_status TEXT,
  created_ms REAL NOT NULL,
  updated_ms REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instances_created ON instances (created_ms, instance_id);
CREATE TABLE IF NOT EXISTS history (
  instance_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (instance_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  execution_id TEXT,
  event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS inbox_instance ON inbox (instance_id, id);
CREATE TABLE IF NOT EXISTS activities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  input TEXT NOT NULL,
  not_before_ms REAL
);
CREATE TABLE IF NOT EXISTS timers (
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  fire_ms REAL NOT NULL,
  PRIMARY KEY (instance_id, execution_id, task_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entities (
  entity_id TEXT PRIMARY KEY,
  state TEXT,
  updated_ms REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entity_inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  entity_id TEXT NOT NULL,
  request TEXT NOT NULL,
  due_ms REAL
);
CREATE INDEX IF NOT EXISTS entity_inbox_entity ON entity_inbox (entity_id, id);
`;

/** Bumped when the tables change in a way that older state cannot follow. */
export const STORE_VERSION = "1";
