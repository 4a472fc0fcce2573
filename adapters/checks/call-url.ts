import { type LookupAddress, lookup } from "node:dns";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { DrydockError, terminal, transient } from "../../domain/errors.ts";
import { isForbiddenAddress, urlMistake } from "../../domain/preflight/check-address.ts";

/** Most of an answer that is read. */
const MOST_BYTES = 64 * 1024;

/** How a URL is called. */
export interface UrlCall {
  readonly method: "GET" | "POST";
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer to a check. */
export interface CheckAnswer {
  readonly status: number;
  readonly body: string;
}

/** Calls a URL for a check; see `callGuarded`. */
export function callUrl(text: string, method: "GET" | "POST", timeoutMs: number): Promise<CheckAnswer> {
  return callGuarded(text, { method, timeoutMs });
}

/**
 * Calls a URL that fleet.yaml names. Redirects are not followed, and what its name resolves to is looked at again when it is connected
 * to: a name may be pointed anywhere after fleet.yaml was read. Throws DrydockError when there is no answer in time.
 */
export function callGuarded(text: string, { method, timeoutMs, headers }: UrlCall): Promise<CheckAnswer> {
  const mistake = urlMistake(text);
  if (mistake !== null)
    return Promise.reject(new DrydockError(terminal("Invalid", `${text} is not called: ${mistake}`)));
  const url = new URL(text);
  const shown = `${url.origin}${url.pathname}`;
  const send = url.protocol === "https:" ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new DrydockError(transient("Unreachable", `${shown} gave no answer: ${why}`)));
    const signal = AbortSignal.timeout(timeoutMs);
    const options = {
      method,
      signal,
      lookup: guardedLookup,
      agent: false,
      headers: { "user-agent": "drydock", ...headers },
    };
    const request = send(url, options, (response) => {
      readBody(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body }),
        (error: Error) => fail(error.message),
      );
    });
    request.once("error", (error) => {
      fail(signal.aborted ? `it took longer than ${timeoutMs / 1000} s` : error.message);
    });
    request.end();
  });
}

/** Resolves a name as Node does, and refuses it when any of its addresses is one that no check may reach. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const forbidden = error ? undefined : addresses.find(({ address }) => isForbiddenAddress(address));
    const [first] = addresses ?? [];
    if (error) callback(error, "");
    else if (forbidden) callback(new Error(`it resolves to ${forbidden.address}, which no check may reach`), "");
    else if (!first) callback(new Error("it resolves to nothing"), "");
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, MOST_BYTES);
}
