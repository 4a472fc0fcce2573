import { describe, expect, it } from "vitest";
import { createHostLog } from "../log.ts";
import { logAppOutput } from "./app-output.ts";

/** Streams whose output is logged, and the log's lines as [level, message]. */
function logged() {
  const lines: Array<[number, string]> = [];
  const log = createHostLog("info", {
    write(text: string) {
      const { level, msg } = JSON.parse(text);
      lines.push([level, msg]);
    },
  });
  const untouched: NodeJS.WriteStream["write"] = () => {
    throw new Error("the stream was written to");
  };
  const streams = { stdout: { write: untouched }, stderr: { write: untouched } };
  logAppOutput(log, streams);
  return { lines, ...streams };
}

describe("what an app prints", () => {
  it("becomes a line of the log a line: stdout at info, stderr at warn", () => {
    const { lines, stdout, stderr } = logged();
    expect(stdout.write("one\ntwo\n")).toBe(true);
    stderr.write("three\n");
    expect(lines).toEqual([
      [30, "one"],
      [30, "two"],
      [40, "three"],
    ]);
  });

  it("is put together when a line comes in pieces, as text or as bytes", () => {
    const { lines, stdout } = logged();
    const bytes = Buffer.from("a liné");
    stdout.write("half ");
    stdout.write(bytes.subarray(0, -1));
    stdout.write(bytes.subarray(-1));
    expect(lines).toEqual([]);
    stdout.write("\n");
    expect(lines).toEqual([[30, "half a liné"]]);
  });

  it("calls back who waits for the write", async () => {
    const { stdout } = logged();
    await new Promise<void>((resolve) => stdout.write("a\n", "utf8", () => resolve()));
    await new Promise<void>((resolve) => stdout.write("b\n", () => resolve()));
  });
});
