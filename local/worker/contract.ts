/**
 * What the host's parts know of a loaded Functions app. The shapes are those of the worker protocol
 * (Azure/azure-functions-nodejs-worker, `RpcTypedData` and friends), without gRPC between.
 */

/** A value on its way between host and function; exactly one member is set. */
export type TypedData =
  | { readonly string: string }
  | { readonly json: string }
  | { readonly bytes: Uint8Array }
  | { readonly int: number }
  | { readonly double: number }
  | { readonly http: HttpData };

/** An HTTP request to a function, or its response, when HTTP streaming is off. */
export interface HttpData {
  readonly method?: string;
  readonly url?: string;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly nullableHeaders?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableParams?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableQuery?: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: TypedData;
  readonly cookies?: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

/** One binding of a function as the programming model registered it. */
export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly direction: "in" | "out";
  readonly [option: string]: unknown;
}

/** Retry policy of a function (timer and Event Grid triggers). */
export interface FunctionRetryOptions {
  readonly maxRetryCount: number;
  readonly retryStrategy: "fixedDelay" | "exponentialBackoff";
  readonly delayIntervalMs?: number;
  readonly minimumIntervalMs?: number;
  readonly maximumIntervalMs?: number;
}

/** A function of the app. */
export interface RegisteredFunction {
  readonly name: string;
  readonly trigger: Binding;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: FunctionRetryOptions;
}

/** One call of a function. */
export interface Invocation {
  readonly functionName: string;
  /** Made up by the worker when absent. */
  readonly invocationId?: string;
  /** Data of the trigger binding. */
  readonly triggerData: TypedData | undefined;
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  readonly retryContext?: { readonly retryCount: number; readonly maxRetryCount: number };
  readonly traceParent?: string;
}

/** What a call gave back. */
export interface InvocationResult {
  /** The value after conversion, as it would travel to the real host; null or undefined when there is none. */
  readonly returnValue: TypedData | null | undefined;
  /** The very value the handler resolved to, before conversion. */
  readonly rawResult: unknown;
  /** Values for other output bindings, by binding name. */
  readonly outputs: Readonly<Record<string, TypedData>>;
}

/** A loaded app. */
export interface AppWorker {
  /** Functions by lower-cased name (names are case-insensitive, as in the real host). */
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Calls a function, with hooks. Rejects with what the function threw. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Address of the programming model's own HTTP server when the app enabled HTTP streaming. */
  readonly httpStreamUrl: string | undefined;
  /** Runs the appTerminate hooks. */
  stop(): Promise<void>;
}
