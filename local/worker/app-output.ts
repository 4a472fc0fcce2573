import { outsideGuard } from "../engine/replay-guard.ts";
import type { HostLog } from "../log.ts";

type Stream = Pick<NodeJS.WriteStream, "write">;

/**
 * Turns what the app prints (console, process.stdout, process.stderr) into lines of the host's log, as Azure's host does
 * with its worker's output: stdout at info, stderr at warn. The host's own log and its "ready" line are written to the file
 * descriptors, so they are not touched.
 */
export function logAppOutput(log: HostLog, streams: { readonly stdout: Stream; readonly stderr: Stream }): void {
  redirect(streams.stdout, (line) => outsideGuard(() => log.info({ stream: "stdout" }, line)));
  redirect(streams.stderr, (line) => outsideGuard(() => log.warn({ stream: "stderr" }, line)));
}

function redirect(stream: Stream, writeLine: (line: string) => void): void {
  const decoder = new TextDecoder();
  let rest = "";
  const write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) writeLine(line);
    const written = more.find((one) => typeof one === "function");
    if (written) process.nextTick(written);
    return true;
  };
  stream.write = write;
}
