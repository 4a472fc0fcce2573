import { DrydockError, type Failure } from "../domain/errors.ts";

/** What an activity answers its orchestration: a value, or an expected failure as data. */
export type ActivityAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Runs a step; an expected failure becomes data, a bug stays an exception and fails the orchestration. */
export async function answer<T>(step: () => Promise<T>): Promise<ActivityAnswer<T>> {
  try {
    return { ok: true, value: await step() };
  } catch (error) {
    if (error instanceof DrydockError) return { ok: false, failure: error.failure };
    throw error;
  }
}
