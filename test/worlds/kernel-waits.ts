import { createHook } from "node:async_hooks";

/** What Node calls the things that end when the machine likes: files, names, sockets of the system, other programs. */
const OF_THE_KERNEL = /^(FS|FILEHANDLE|GETADDRINFO|GETNAMEINFO|QUERY|TCP|TLS|PIPE|UDP|PROCESS|WORKER|SIGNAL)/;

/**
 * Watches what this process waits for from now on. The answer tells of each wait, once a kind, with where it came from; in a
 * world there must be none, for it would come in another order each time.
 */
export function kernelWaits(): () => string[] {
  const found = new Map<string, string>();
  createHook({
    init(_id, type) {
      if (!OF_THE_KERNEL.test(type) || found.has(type)) return;
      const stack = new Error(type).stack ?? type;
      // What the worker itself tells its parent is no part of a world.
      if (!stack.includes("target._send")) found.set(type, stack);
    },
  }).enable();
  return () => [...found.values()];
}
