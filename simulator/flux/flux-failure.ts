/** A step of Flux that failed: with the reason and message that its condition gets. */
export class FluxFailure extends Error {
  readonly reason: string;
  /** When to try again, if not after the object's own retry interval. */
  readonly retrySeconds: number | undefined;

  constructor(reason: string, message: string, retrySeconds?: number) {
    super(message);
    this.name = "FluxFailure";
    this.reason = reason;
    this.retrySeconds = retrySeconds;
  }
}
