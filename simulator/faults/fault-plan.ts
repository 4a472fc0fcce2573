import { z } from "zod";
import type { Collection, Store } from "../state/store.ts";
import type { FaultRule } from "./scenario.ts";

/** What goes wrong with a request. */
export type Fault =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: "reset" }
  | { readonly kind: "delay"; readonly seconds: number };

/** Decides, request by request, what goes wrong. */
export interface FaultPlan {
  next(request: { readonly method: string; readonly path: string }): Fault | undefined;
}

/** A plan that follows a scenario's rules. How often each has matched is kept, so that a restart does not begin anew. */
export class RuleFaultPlan implements FaultPlan {
  readonly #rules: readonly FaultRule[];
  readonly #store: Store;
  readonly #matches: Collection<number>;

  constructor(rules: readonly FaultRule[], store: Store) {
    this.#rules = rules;
    this.#store = store;
    this.#matches = store.collection("faults", (value) => z.number().parse(value));
  }

  next(request: { readonly method: string; readonly path: string }): Fault | undefined {
    let fault: Fault | undefined;
    for (const [index, rule] of this.#rules.entries()) {
      if (!matches(rule, request)) continue;
      const count = (this.#matches.get(String(index)) ?? 0) + 1;
      this.#store.transaction(() => this.#matches.put(String(index), count));
      if (count >= rule.nth && count < rule.nth + rule.count) fault ??= faultOf(rule);
    }
    return fault;
  }
}

function matches({ match }: FaultRule, { method, path }: { readonly method: string; readonly path: string }): boolean {
  const sameMethod = match.method === undefined || match.method.toUpperCase() === method;
  return sameMethod && new RegExp(match.path).test(path);
}

function faultOf({ answer, delaySeconds }: FaultRule): Fault {
  if (answer) return { kind: "answer", status: answer.status, retryAfterSeconds: answer.retryAfterSeconds };
  return delaySeconds === undefined ? { kind: "reset" } : { kind: "delay", seconds: delaySeconds };
}
