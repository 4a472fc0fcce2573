import { enterHandler } from "../engine/replay-guard.ts";
import type { HostLog } from "../log.ts";
import { appLog } from "./app-log.ts";
import type { AppWorker, Invocation, InvocationResult, TypedData } from "./contract.ts";
import { Disposable, withCoreModule } from "./core-module.ts";
import { AppLoadError, findEntryPoints, loadEntryPoints } from "./entry-points.ts";
import { Hooks } from "./hooks.ts";
import { type LoadedFunction, Registrations } from "./registration.ts";

/** Versions that the programming model sees; the library asks for a host of at least 4.28. */
const WORKER_VERSION = "3.12.0";
const HOST_VERSION = "4.1040.300";

/** What a worker needs to load an app. */
export interface LoadAppOptions {
  readonly appDirectory: string;
  readonly log: HostLog;
  /** Runs the app's code, so that it sees the host's time (see AppTime). */
  readonly runInApp: <T>(fn: () => T) => T;
  /** JSON text for `durableClient` input bindings, asked for at each invocation. */
  readonly durableClientBinding: () => string;
}

/** The programming model's side of the worker protocol (`@azure/functions`, ProgrammingModel). */
interface ProgrammingModel {
  getInvocationModel(core: object): InvocationModel | Promise<InvocationModel>;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>> | Record<string, string>;
}

interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: unknown): Promise<unknown>;
  getResponse(
    context: object,
    result: unknown,
  ): Promise<{ returnValue?: TypedData | null; outputData?: ReadonlyArray<{ name: string; data: TypedData }> }>;
}

/** What the worker tells the programming model it can do (Azure/azure-functions-nodejs-worker, getWorkerCapabilities). */
const CAPABILITIES = [
  "RawHttpBodyBytes",
  "RpcHttpTriggerMetadataRemoved",
  "RpcHttpBodyOnly",
  "IgnoreEmptyValuedRpcHttpHeaders",
  "UseNullableValueDictionaryForHttp",
  "WorkerStatus",
  "TypedDataCollection",
  "HandlesWorkerTerminateMessage",
];

/**
 * Loads a compiled app of the v4 programming model into this process and answers the worker that calls its functions.
 * Throws AppLoadError when there is no app, it fails to load, or it registers nothing.
 */
export async function loadApp(options: LoadAppOptions): Promise<AppWorker> {
  const { appDirectory, runInApp } = options;
  const entry = findEntryPoints(appDirectory);
  const hooks = new Hooks();
  const registrations = new Registrations();
  const log = appLog(options.log, hooks);
  let model: ProgrammingModel | undefined;
  const core = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    log: (level: string, category: string, message: string) => log(level, category, message),
    setProgrammingModel(value: ProgrammingModel) {
      model = value;
    },
    getProgrammingModel: () => model,
    registerFunction: registrations.register.bind(registrations),
    registerHook: hooks.register.bind(hooks),
  };
  await withCoreModule(core, () => runInApp(() => loadEntryPoints(appDirectory, entry)));
  await runStartHooks(hooks, options);
  if (!model || registrations.functions.size === 0) {
    throw new AppLoadError(
      `${appDirectory} registered no function. Is it an app of the v4 programming model (@azure/functions 4)?`,
    );
  }
  const capabilities = await model.getCapabilities(Object.fromEntries(CAPABILITIES.map((name) => [name, "true"])));
  registrations.lock();
  return new InProcessWorker(options, registrations, hooks, model, capabilities.HttpUri, log);
}

async function runStartHooks(hooks: Hooks, { appDirectory, runInApp }: LoadAppOptions): Promise<void> {
  const { appLevelOnlyHookData: hookData, appHookData } = hooks;
  try {
    await runInApp(() => hooks.run("appStart", { hookData, appHookData, functionAppDirectory: appDirectory }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppLoadError(`A hook at the start of the app in ${appDirectory} failed: ${reason}`, { cause: error });
  }
}

class InProcessWorker implements AppWorker {
  readonly functions: ReadonlyMap<string, LoadedFunction>;
  readonly httpStreamUrl: string | undefined;
  readonly #options: LoadAppOptions;
  readonly #hooks: Hooks;
  readonly #model: ProgrammingModel;
  readonly #log: ReturnType<typeof appLog>;

  constructor(
    options: LoadAppOptions,
    registrations: Registrations,
    hooks: Hooks,
    model: ProgrammingModel,
    httpStreamUrl: string | undefined,
    log: ReturnType<typeof appLog>,
  ) {
    this.functions = registrations.functions;
    this.httpStreamUrl = httpStreamUrl;
    this.#options = options;
    this.#hooks = hooks;
    this.#model = model;
    this.#log = log;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    const found = this.functions.get(invocation.functionName.toLowerCase());
    if (!found) return Promise.reject(new Error(`There is no function '${invocation.functionName}'.`));
    return this.#options.runInApp(() => this.#invoke(found, invocation));
  }

  async stop(): Promise<void> {
    await this.#hooks.run("appTerminate", {
      hookData: this.#hooks.appLevelOnlyHookData,
      appHookData: this.#hooks.appHookData,
    });
  }

  async #invoke(found: LoadedFunction, invocation: Invocation): Promise<InvocationResult> {
    const invocationId = invocation.invocationId ?? crypto.randomUUID();
    const source = { functionName: found.name, invocationId };
    const core = {
      invocationId,
      request: this.#request(found, invocation, invocationId),
      metadata: { name: found.name, bindings: found.bindings },
      state: undefined as string | undefined,
      log: (level: string, category: string, message: string) => this.#log(level, category, message, source),
    };
    const model = await this.#model.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    const hookData = {};
    const shared = { hookData, appHookData: this.#hooks.appHookData, invocationContext: context };
    const before = { ...shared, inputs, functionCallback: found.callback };
    core.state = "preInvocationHooks";
    await this.#hooks.run("preInvocation", before);
    const after: { inputs: unknown[]; result: unknown; error: unknown } & typeof shared = {
      ...shared,
      inputs: before.inputs,
      result: null,
      error: null,
    };
    core.state = "invocation";
    const callback = (...args: unknown[]) => enterHandler(() => before.functionCallback(...args));
    try {
      after.result = await model.invokeFunction(context, before.inputs, callback);
    } catch (error) {
      after.error = error;
    }
    core.state = "postInvocationHooks";
    await this.#hooks.run("postInvocation", after);
    core.state = undefined;
    if (after.error !== null && after.error !== undefined) throw after.error;
    const response = await model.getResponse(context, after.result);
    const outputs = Object.fromEntries((response.outputData ?? []).map(({ name, data }) => [name, data]));
    return { returnValue: response.returnValue, rawResult: after.result, outputs };
  }

  #request(found: LoadedFunction, invocation: Invocation, invocationId: string): object {
    const clients = Object.values(found.bindings).filter((binding) => binding.type.toLowerCase() === "durableclient");
    return {
      invocationId,
      functionId: found.name,
      inputData: [
        { name: found.trigger.name, data: invocation.triggerData },
        ...clients.map(({ name }) => ({ name, data: { string: this.#options.durableClientBinding() } })),
      ],
      triggerMetadata: invocation.triggerMetadata ?? {},
      traceContext: { traceParent: invocation.traceParent ?? "", traceState: "", attributes: {} },
      retryContext: invocation.retryContext ?? null,
    };
  }
}
