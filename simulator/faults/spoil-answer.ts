import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { SimulatorClock } from "../clock.ts";

/** Where the bytes of an answer go, as @hono/node-server hands it to a handler. */
export interface RawAnswer {
  writeHead(status: number, headers: Record<string, string>): unknown;
  write(chunk: Uint8Array, written: () => void): unknown;
  destroy(): unknown;
}

/** Sends half of an answer's body, then breaks the connection. The length that was promised is that of the whole. */
export async function sendHalf(response: Response, raw: RawAnswer): Promise<Response> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = { ...Object.fromEntries(response.headers), "content-length": String(body.length) };
  raw.writeHead(response.status, headers);
  raw.write(body.subarray(0, Math.ceil(body.length / 2)), () => raw.destroy());
  return new Response(null, { headers: RESPONSE_ALREADY_SENT.headers });
}

/** When a watch is cut: so long after it began, or after so many events. */
export interface WatchCut {
  readonly afterSeconds?: number | undefined;
  readonly afterEvents?: number | undefined;
}

/** A watch that ends before its time, as when a load balancer in between lets go of it. */
export function cutWatch(response: Response, { afterSeconds, afterEvents }: WatchCut, clock: SimulatorClock): Response {
  if (response.status !== 200 || !response.body) return response;
  const reader = response.body.getReader();
  let left = afterEvents ?? Number.POSITIVE_INFINITY;
  let ended = false;
  let timer: { cancel(): void } | undefined;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      if (afterSeconds === undefined) return;
      timer = clock.at(clock.nowMs() + afterSeconds * 1_000, () => end(controller));
    },
    async pull(controller) {
      if (left <= 0) return end(controller);
      const { done, value } = await reader.read();
      if (ended) return;
      if (done || value === undefined) return end(controller);
      // Each chunk of a watch is one event.
      left -= 1;
      controller.enqueue(value);
    },
    cancel: () => stop(),
  });
  function stop(): void {
    ended = true;
    timer?.cancel();
    void reader.cancel();
  }
  function end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (ended) return;
    stop();
    controller.close();
  }
  return new Response(stream, { status: response.status, headers: response.headers });
}
