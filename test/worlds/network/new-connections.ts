/** Where Node's `fetch` and the `undici` of the bundle look for who carries their requests (undici, lib/global.js). */
const SLOTS = ["undici.globalDispatcher.1", "undici.globalDispatcher.2"].map((name) => Symbol.for(name));

type DispatcherClass = new (options: Readonly<Record<string, number>>) => object;

/**
 * Gives the process's `fetch` a carrier that knows nothing of earlier worlds, opens a connection for each request, and gives
 * up on none by real time.
 */
export async function forgetConnections(): Promise<void> {
  // Node loads what carries requests with the first one.
  await (await fetch("data:,")).text();
  const slots = globalThis as unknown as Record<symbol, object>;
  const Dispatcher = slots[SLOTS[0] as symbol]?.constructor as DispatcherClass | undefined;
  if (!Dispatcher) throw new Error("this version of Node keeps the carrier of fetch elsewhere");
  const carrier = new Dispatcher({ pipelining: 0, headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0 });
  for (const slot of SLOTS) slots[slot] = carrier;
}
