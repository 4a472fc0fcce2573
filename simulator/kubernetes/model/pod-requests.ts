import type { Pod } from "./objects.ts";
import { parseQuantity } from "./quantity.ts";

/** What a pod asks of its node: cores and bytes. */
export interface Requests {
  readonly cpu: number;
  readonly memory: number;
}

/** Pods of one template share their containers, so their requests are added up once. */
const known = new WeakMap<object, Requests>();

/** The sum of the requests of a pod's containers. */
export function requestsOf({ spec: { containers } }: Pod): Requests {
  const before = known.get(containers);
  if (before) return before;
  const sum = (name: string) =>
    containers.reduce((total, { resources }) => total + parseQuantity(resources?.requests?.[name] ?? 0), 0);
  const requests = { cpu: sum("cpu"), memory: sum("memory") };
  known.set(containers, requests);
  return requests;
}
