import { DrydockError, type Failure, transient } from "../domain/errors.ts";

/** What an activity answers its orchestration: a value, or an expected failure as data. */
export type ActivityAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Longest that a step may take; below the time limit of a function, which would fail the orchestration. */
const DEADLINE_MS = 4 * 60_000;

/**
 * Runs a step; an expected failure becomes data, a bug stays an exception and fails the orchestration. A step that gets no
 * answer (a connection that died without a word) is given up after a while, and may be tried again: steps look before they
 * act.
 */
export async function answer<T>(step: () => Promise<T>, deadlineMs = DEADLINE_MS): Promise<ActivityAnswer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ActivityAnswer<T>>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ok: false, failure: transient("Unreachable", `there was no answer within ${deadlineMs / 1000} s`) });
    }, deadlineMs).unref();
  });
  try {
    return await Promise.race([step().then((value): ActivityAnswer<T> => ({ ok: true, value })), late]);
  } catch (error) {
    if (error instanceof DrydockError) return { ok: false, failure: error.failure };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
