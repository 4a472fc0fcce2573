import { createRequire, Module } from "node:module";
import { enterHandler } from "../../local/engine/replay-guard.ts";
import type {
  AppWorker,
  Binding,
  Invocation,
  InvocationResult,
  RegisteredFunction,
  TypedData,
} from "../../local/worker/contract.ts";

type DurableFunctions = typeof import("durable-functions");

interface ProgrammingModel {
  getInvocationModel(core: object): {
    getArguments(): Promise<{ context: object; inputs: unknown[] }>;
    invokeFunction(context: object, inputs: unknown[], callback: unknown): Promise<unknown>;
    getResponse(context: object, result: unknown): Promise<{ returnValue?: TypedData | null; outputData: never[] }>;
  };
}

/**
 * A worker over functions that a test registers with the real durable-functions library, for tests of the engine alone.
 * Each call gets fresh copies of both libraries, so that tests do not see each other's functions.
 */
export function inlineWorker(register: (df: DurableFunctions) => void): AppWorker {
  const functions = new Map<string, RegisteredFunction>();
  const callbacks = new Map<string, unknown>();
  let model: ProgrammingModel | undefined;
  const core = {
    version: "3.10.1",
    hostVersion: "4.1036.0",
    setProgrammingModel(value: ProgrammingModel) {
      model = value;
    },
    getProgrammingModel: () => model,
    registerFunction(metadata: { name: string; bindings: Record<string, Binding> }, callback: unknown) {
      const trigger = Object.values(metadata.bindings).find((binding) => /trigger$/i.test(binding.type));
      if (!trigger) throw new Error(`${metadata.name} has no trigger`);
      functions.set(metadata.name.toLowerCase(), { ...metadata, trigger });
      callbacks.set(metadata.name.toLowerCase(), callback);
      return { dispose() {} };
    },
    registerHook: () => ({ dispose() {} }),
    log() {},
    Disposable: class {},
  };
  const require = createRequire(import.meta.url);
  for (const path of Object.keys(require.cache)) {
    if (/node_modules[\\/](@azure[\\/]functions|durable-functions)[\\/]/.test(path)) delete require.cache[path];
  }
  const original = Module.prototype.require;
  Module.prototype.require = function (this: unknown, id: string) {
    return id === "@azure/functions-core" ? core : Reflect.apply(original, this, [id]);
  } as typeof original;
  try {
    register(require("durable-functions") as DurableFunctions);
  } finally {
    Module.prototype.require = original;
  }

  async function invoke(invocation: Invocation): Promise<InvocationResult> {
    const registered = functions.get(invocation.functionName.toLowerCase());
    if (!registered || !model) throw new Error(`no function ${invocation.functionName}`);
    const callback = callbacks.get(registered.name.toLowerCase()) as (...args: unknown[]) => unknown;
    const invocationModel = model.getInvocationModel({
      invocationId: crypto.randomUUID(),
      metadata: { name: registered.name, bindings: registered.bindings },
      request: {
        invocationId: "test",
        inputData: [{ name: registered.trigger.name, data: invocation.triggerData }],
        triggerMetadata: invocation.triggerMetadata ?? {},
        traceContext: {},
      },
      log() {},
    });
    const { context, inputs } = await invocationModel.getArguments();
    const rawResult = await invocationModel.invokeFunction(context, inputs, (...args: unknown[]) =>
      enterHandler(() => callback(...args)),
    );
    const response = await invocationModel.getResponse(context, rawResult);
    return { returnValue: response.returnValue, rawResult, outputs: {} };
  }
  return { functions, invoke, httpStreamUrl: undefined, stop: async () => {} };
}
