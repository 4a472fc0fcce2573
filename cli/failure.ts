/** Exit code for what the user can mend on the command line or in the state folder. */
export const EXIT_USAGE = 2;
/** Exit code for a run that did not pass and for programs that failed. */
export const EXIT_FAILED = 1;

/** Ends the command with one line on stderr. The message says what was wrong, where, and what to do. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}

/** A failure that the user can mend: exit code 2. */
export function usageFailure(message: string, cause?: unknown): CommandFailure {
  return new CommandFailure(message, EXIT_USAGE, cause);
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? message;
}

/** Ends the command with an exit code; what there is to say has been said. */
export class SaidFailure extends Error {
  override readonly name = "SaidFailure";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`ends with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}
