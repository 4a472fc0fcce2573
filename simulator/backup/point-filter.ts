import { ArmError } from "../resource-manager/arm-error.ts";
import type { RecoveryPoint } from "./backup-records.ts";

type Test = (point: RecoveryPoint) => boolean;

/**
 * The `$filter` of a list of recovery points: `startDate`, `endDate` and `restorePointDataStoreId` with `eq`, joined by
 * `and`. Throws a 400 for anything else.
 */
export function pointFilter(filter: string | null): Test {
  if (filter === null || filter.trim() === "") return () => true;
  const tests = filter.split(/\s+and\s+/i).map(testOf);
  return (point) => tests.every((test) => test(point));
}

function testOf(part: string): Test {
  const [, name = "", value = ""] = /^(\w+)\s+eq\s+'([^']*)'$/i.exec(part.trim()) ?? [];
  const ms = Date.parse(value);
  switch (name.toLowerCase()) {
    case "startdate":
      if (!Number.isNaN(ms)) return ({ atMs }) => atMs >= ms;
      break;
    case "enddate":
      if (!Number.isNaN(ms)) return ({ atMs }) => atMs <= ms;
      break;
    case "restorepointdatastoreid":
      return ({ stores }) => stores.some(({ type }) => type === value);
  }
  const message = `The filter '${part}' is not supported here: startDate, endDate, restorePointDataStoreId, each with eq '...'.`;
  throw new ArmError(400, "InvalidFilterInQueryString", message);
}
