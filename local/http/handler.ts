/** A request to one of the host's own endpoints, its body read. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-cased names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The answer. A body that is no string is sent as JSON; without one nothing is sent. */
export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

/** Answers requests below a prefix of the host, such as `/runtime/webhooks/durabletask`. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;
