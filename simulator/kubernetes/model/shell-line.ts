/** A file that programs of a pod may read. */
export interface ReadableFile {
  readonly path: string;
  /** SHA-256 in hexadecimal, of its content and of what the manifest beside it says. */
  readonly checksum: string;
  readonly manifest: string;
  readonly writtenMs: number;
}

/** What became of a command line. */
export interface ShellOutcome {
  readonly lines: readonly string[];
  readonly exitCode: number;
  /** How long it sleeps altogether; Infinity for a program that hangs. */
  readonly sleepSeconds: number;
}

interface Step {
  readonly lines?: readonly string[];
  readonly exitCode?: number;
  readonly sleepSeconds?: number;
  readonly isExit?: boolean;
}

type Program = (args: readonly string[], files: readonly ReadableFile[]) => Step;

/** The programs that are known; each reads every file it is given by the pod, whatever it is called on the line. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  cd: () => ({}),
  set: () => ({}),
  true: () => ({}),
  false: () => ({ exitCode: 1 }),
  echo: (args) => ({ lines: [args.join(" ")] }),
  exit: ([code = "0"]) => ({ exitCode: Number(code), isExit: true }),
  sleep: ([time = "0"]) => ({ sleepSeconds: time === "infinity" ? Number.POSITIVE_INFINITY : Number(time) }),
  sha256sum: (args, files) => (args.some((arg) => arg === "-c" || arg === "--check") ? check(files) : sums(files)),
  stat: (args, files) => ({ lines: files.map(({ writtenMs }) => written(args, writtenMs)) }),
};

/**
 * Runs a command line as a shell would that knows `cd`, `echo`, `exit`, `false`, `set`, `sha256sum`, `sleep`, `stat -c %Y|%y`
 * and `true`, joined by `;`, `&&`, `||` and line ends. Undefined when it says anything else: what that would do is not known.
 */
export function runShellLine(text: string, files: readonly ReadableFile[]): ShellOutcome | undefined {
  const commands = parse(text);
  if (!commands) return undefined;
  const lines: string[] = [];
  let [exitCode, sleepSeconds] = [0, 0];
  for (const { joint, words } of commands) {
    const [name = "", ...args] = words;
    const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
    if (!program) return undefined;
    if ((joint === "&&" && exitCode !== 0) || (joint === "||" && exitCode === 0)) continue;
    const step = program(args, files);
    lines.push(...(step.lines ?? []));
    exitCode = step.exitCode ?? 0;
    sleepSeconds += step.sleepSeconds ?? 0;
    if (step.isExit || sleepSeconds === Number.POSITIVE_INFINITY) break;
  }
  return Number.isNaN(exitCode + sleepSeconds) ? undefined : { lines, exitCode, sleepSeconds };
}

interface Command {
  readonly joint: string;
  readonly words: readonly string[];
}

/** Splits a line into commands; undefined for what only a real shell could tell (variables, pipes, redirections). */
function parse(text: string): Command[] | undefined {
  const commands: Array<{ joint: string; words: string[] }> = [{ joint: ";", words: [] }];
  const token = /\s*?(?:(&&|\|\||;|\n)|"([^"$`\\]*)"|'([^']*)'|([^\s"'$`\\;&|<>()]+))[^\S\n]*/y;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) return undefined;
    const [, joint, double, single, bare] = match;
    if (joint === undefined) commands.at(-1)?.words.push(double ?? single ?? bare ?? "");
    else if ((commands.at(-1)?.words.length ?? 0) > 0)
      commands.push({ joint: joint === "\n" ? ";" : joint, words: [] });
  }
  return commands.filter(({ words }) => words.length > 0);
}

function sums(files: readonly ReadableFile[]): Step {
  return { lines: files.map(({ path, checksum }) => `${checksum}  ${path}`) };
}

function check(files: readonly ReadableFile[]): Step {
  const wrong = files.filter(({ checksum, manifest }) => checksum !== manifest).length;
  const lines = files.map(({ path, checksum, manifest }) => `${path}: ${checksum === manifest ? "OK" : "FAILED"}`);
  if (wrong > 0) lines.push(`sha256sum: WARNING: ${wrong} computed checksum did NOT match`);
  return { lines, exitCode: wrong > 0 ? 1 : 0 };
}

function written(args: readonly string[], writtenMs: number): string {
  if (args.includes("%y")) return new Date(writtenMs).toISOString().replace("T", " ").replace("Z", "000000 +0000");
  return String(Math.floor(writtenMs / 1_000));
}
