import { AsyncLocalStorage } from "node:async_hooks";
import { Duplex } from "node:stream";

/** The time by which connections grow old. */
export interface NetworkClock {
  nowMs(): number;
  at(dueMs: number, callback: () => void): { cancel(): void };
}

/**
 * One end of a connection that never leaves the process. What is written here is read at the other end, in order, and in the
 * context in which that end was made, as with a socket of the system: a program's time and chance are not those of its peer.
 */
export class MemorySocket extends Duplex {
  readonly remoteAddress = "127.0.0.1";
  readonly localAddress = "127.0.0.1";
  readonly remoteFamily = "IPv4";
  readonly remotePort: number;
  connecting = false;
  #peer: MemorySocket | undefined;
  #resume: (() => void) | undefined;
  #hasReadEnd = false;
  readonly #inContext = AsyncLocalStorage.snapshot();
  readonly #clock: NetworkClock;
  #idleLimitMs = 0;
  #lastUsedMs = 0;
  #idleTimer: { cancel(): void } | undefined;

  constructor(remotePort: number, clock: NetworkClock) {
    super({ allowHalfOpen: false, decodeStrings: true });
    this.remotePort = remotePort;
    this.#clock = clock;
  }

  /** Joins two ends. */
  static join(one: MemorySocket, other: MemorySocket): void {
    one.#peer = other;
    other.#peer = one;
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    this.#lastUsedMs = this.#clock.nowMs();
    if (peer) peer.#lastUsedMs = this.#lastUsedMs;
    if (!peer || peer.destroyed) done(socketError("EPIPE", "write EPIPE"));
    else if (peer.#inContext(() => peer.push(chunk))) done();
    else peer.#resume = AsyncLocalStorage.bind(() => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#endPeer();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    this.#peer = undefined;
    this.#resume = undefined;
    this.#idleTimer?.cancel();
    if (peer) {
      const isOver = this.#hasReadEnd || peer.#hasReadEnd;
      // As over a wire: what was sent before arrives, and is looked at, before the end is noticed.
      setImmediate(() => {
        if (peer.destroyed) return;
        if (isOver) peer.#inContext(() => peer.#close());
        else peer.reset();
      });
    }
    done(error);
  }

  /** The other end went without a word. */
  reset(): void {
    this.#inContext(() => this.destroy(socketError("ECONNRESET", "read ECONNRESET")));
  }

  /** As a socket: tells by `timeout` that nothing was sent or came for so long; 0 asks for nothing. */
  setTimeout(limitMs: number, callback?: () => void): this {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#idleLimitMs = limitMs;
    if (callback && limitMs > 0) this.once("timeout", callback);
    else if (callback) this.removeListener("timeout", callback);
    this.#lastUsedMs = this.#clock.nowMs();
    if (limitMs > 0 && !this.destroyed) this.#watchIdleness();
    return this;
  }

  /** Read by Node's agents, which do not set again what is set. */
  get timeout(): number {
    return this.#idleLimitMs;
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  address(): object {
    return { address: "127.0.0.1", family: "IPv4", port: 0 };
  }
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  #watchIdleness(): void {
    this.#idleTimer = this.#clock.at(this.#lastUsedMs + this.#idleLimitMs, () => {
      if (this.#clock.nowMs() < this.#lastUsedMs + this.#idleLimitMs) return this.#watchIdleness();
      this.#idleTimer = undefined;
      this.#inContext(() => this.emit("timeout"));
    });
  }

  #endPeer(): void {
    const peer = this.#peer;
    if (!peer || peer.#hasReadEnd || peer.destroyed) return;
    peer.#hasReadEnd = true;
    peer.#inContext(() => peer.push(null));
  }

  #close(): void {
    if (!this.#hasReadEnd) {
      this.#hasReadEnd = true;
      this.push(null);
    }
    this.destroy();
  }
}

/** An error as Node's sockets have it. */
export function socketError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, syscall: message.split(" ")[0] });
}
