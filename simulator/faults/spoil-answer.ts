import type { SimulatorClock } from "../clock.ts";

/** Sends half of an answer; then `cut` breaks the connection. The length that was promised stays that of the whole. */
export async function truncated(response: Response, cut: () => void): Promise<Response> {
  const body = new Uint8Array(await response.arrayBuffer());
  const half = body.subarray(0, Math.floor(body.length / 2));
  let sent = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!sent && half.length > 0) {
        sent = true;
        controller.enqueue(half);
        return;
      }
      cut();
      // The connection is gone; what the stream says now is heard by nobody.
      controller.close();
    },
  });
  const headers = new Headers(response.headers);
  headers.set("content-length", String(body.length));
  return new Response(stream, { status: response.status, headers });
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
