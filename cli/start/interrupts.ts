/** The user, or the system, asked the command to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** 128 plus the signal's number, as shells count. */
  readonly exitCode: number;

  constructor(signal: string, exitCode: number) {
    super(`ended by ${signal}`);
    this.exitCode = exitCode;
  }
}

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof EXIT_CODES;

/** npm passes on a signal that the terminal has sent to us as well: one Ctrl-C arrives twice. */
const SAME_KEYSTROKE_MS = 500;

/** Signals that end the command. */
export interface Interrupts {
  /** Rejects with Interrupted at the first signal; never resolves. */
  readonly first: Promise<never>;
  dispose(): void;
}

/** Listens to SIGINT, SIGTERM and SIGHUP. `onSecond` is called for a signal that comes while the first is being obeyed. */
export function listenForInterrupts(
  source: Pick<NodeJS.Process, "on" | "off">,
  onSecond: (interrupted: Interrupted) => void,
  nowMs: () => number = () => performance.now(),
): Interrupts {
  let firstMs: number | undefined;
  let reject: (reason: Interrupted) => void = () => {};
  const first = new Promise<never>((_resolve, rejectFirst) => {
    reject = rejectFirst;
  });
  first.catch(() => {});
  const listeners = (Object.keys(EXIT_CODES) as StopSignal[]).map((name) => {
    const listener = () => {
      const interrupted = new Interrupted(name, EXIT_CODES[name]);
      if (firstMs === undefined) {
        firstMs = nowMs();
        reject(interrupted);
      } else if (nowMs() - firstMs > SAME_KEYSTROKE_MS) {
        onSecond(interrupted);
      }
    };
    source.on(name, listener);
    return { name, listener };
  });
  return {
    first,
    dispose: () => {
      for (const { name, listener } of listeners) source.off(name, listener);
    },
  };
}
