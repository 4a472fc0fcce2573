import { useEffect, useRef, useState } from "preact/hooks";
import { UnexpectedAnswer } from "../api/answers.ts";
import { type ConsoleServices, useServices } from "../session/console-services.ts";
import { type Poller, startPoller, waitAfterFailuresMs } from "./poller.ts";

/** What is asked of the API, how its answer is read, and when it is asked again. */
export interface Question<T> {
  /** Below `/api/v1/`. */
  readonly path: string;
  /** Reads the answer's JSON. Throws UnexpectedAnswer. */
  read(value: unknown): T;
  /** The latest instant of the server's past that the answer tells of, in milliseconds since the epoch. */
  latestMs?(data: T): number | undefined;
  /** Milliseconds until it is asked again; undefined when the answer will not change. */
  againMs(data: T): number | undefined;
}

/** Why there is no new answer. */
export interface Trouble {
  readonly kind: "unreachable" | "refused";
  readonly status: number | undefined;
  readonly message: string;
  /** How often in a row. */
  readonly failures: number;
}

/** The newest answer and how fresh it is. */
export interface Poll<T> {
  readonly data: T | undefined;
  /** When the answer came, on the browser's monotonic clock. */
  readonly receivedAtMs: number;
  readonly trouble: Trouble | undefined;
  /** Whether no other answer is expected. */
  readonly isFinal: boolean;
  /** Asks now. */
  askNow(): void;
}

type State<T> = Omit<Poll<T>, "askNow">;

const NOTHING_YET: State<never> = { data: undefined, receivedAtMs: 0, trouble: undefined, isFinal: false };

/**
 * Asks a question again and again while the view is shown and the tab can be seen. An answer stays when later ones fail.
 *
 * @param key stands for the question, which is made anew only when it changes
 */
export function usePoll<T>(key: string, makeQuestion: () => Question<T>): Poll<T> {
  const services = useServices();
  const [state, setState] = useState<State<T>>(NOTHING_YET);
  const poller = useRef<Poller | undefined>(undefined);
  // makeQuestion is new at each drawing: the key stands for it.
  useEffect(() => {
    setState(NOTHING_YET);
    const running = startPoller(asker(makeQuestion(), services, setState), document.hidden);
    poller.current = running;
    const follow = () => running.setPaused(document.hidden);
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("online", running.askNow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      window.removeEventListener("online", running.askNow);
      running.stop();
    };
  }, [key, services]);
  return { ...state, askNow: () => poller.current?.askNow() };
}

/** Asks once, takes up the answer, and tells how long to wait for the next time. */
function asker<T>(
  question: Question<T>,
  services: ConsoleServices,
  setState: (change: (state: State<T>) => State<T>) => void,
): (signal: AbortSignal) => Promise<number | undefined> {
  let failures = 0;
  return async (signal) => {
    const answer = await answerTo(question, services, signal);
    signal.throwIfAborted();
    if (answer.kind === "unauthorized") {
      services.refuseKey(answer.status);
      return undefined;
    }
    if (answer.kind === "data") {
      failures = 0;
      const { data } = answer;
      services.clock.observe(answer.nowMs, question.latestMs?.(data));
      const againMs = question.againMs(data);
      const receivedAtMs = performance.now();
      setState(() => ({ data, receivedAtMs, trouble: undefined, isFinal: againMs === undefined }));
      return againMs;
    }
    failures += 1;
    const trouble = { ...answer, failures };
    setState((state) => ({ ...state, trouble }));
    return waitAfterFailuresMs(failures);
  };
}

type Answer<T> =
  | { readonly kind: "data"; readonly data: T; readonly nowMs: number | undefined }
  | { readonly kind: "unauthorized"; readonly status: number }
  | Omit<Trouble, "failures">;

async function answerTo<T>(question: Question<T>, { api }: ConsoleServices, signal: AbortSignal): Promise<Answer<T>> {
  const outcome = await api.get(question.path, signal);
  if (outcome.kind === "unauthorized") return outcome;
  if (outcome.kind !== "ok") {
    const status = outcome.kind === "refused" ? outcome.status : undefined;
    return { kind: outcome.kind, status, message: outcome.message };
  }
  try {
    return { kind: "data", data: question.read(await outcome.response.json()), nowMs: outcome.nowMs };
  } catch (error) {
    const message = error instanceof UnexpectedAnswer ? error.message : "The answer could not be read.";
    return { kind: "refused", status: undefined, message };
  }
}
