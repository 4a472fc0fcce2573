import { describe, expect, it } from "vitest";
import { type ReadableFile, runShellLine } from "./shell-line.ts";

const good: ReadableFile = { path: "/a/data", checksum: "1", manifest: "1", writtenMs: Date.UTC(2026, 10, 20, 7) };
const bad = { ...good, path: "/b/data", checksum: "2" };

describe("a command line", () => {
  it.each([
    ["echo one two; echo 'a  b'", ["one two", "a  b"], 0],
    [`echo '{"rows": 12}'`, ['{"rows": 12}'], 0],
    ["false && echo no || echo yes", ["yes"], 0],
    ["echo a\nfalse\n", ["a"], 1],
    ["true || echo no; exit 3; echo no", [], 3],
    ["cd /a && sha256sum -c MANIFEST", ["/a/data: OK"], 0],
    ["sha256sum data", ["1  /a/data"], 0],
    ["stat -c %Y /a/data", ["1795158000"], 0],
    ["stat -c %y /a/data", ["2026-11-20 07:00:00.000000000 +0000"], 0],
    ["", [], 0],
  ])("%j does what a shell would", (text, lines, exitCode) => {
    expect(runShellLine(text, [good])).toEqual({ lines, exitCode, sleepSeconds: 0 });
  });

  it("fails its check when a file is not what its manifest says", () => {
    const lines = ["/a/data: OK", "/b/data: FAILED", "sha256sum: WARNING: 1 computed checksum did NOT match"];
    expect(runShellLine("sha256sum -c M", [good, bad])).toEqual({ lines, exitCode: 1, sleepSeconds: 0 });
  });

  it("sleeps as long as it says, and prints nothing after a sleep without an end", () => {
    expect(runShellLine("sleep 30; sleep 15", [])).toMatchObject({ sleepSeconds: 45 });
    const hangs = { lines: ["asking"], exitCode: 0, sleepSeconds: Number.POSITIVE_INFINITY };
    expect(runShellLine("echo asking; sleep infinity; echo done", [])).toEqual(hangs);
  });

  it.each(["psql -c 'select 1'", "echo $HOME", "echo a | wc -l", "echo a > /b", "sleep soon", "echo `id`", "toString"])(
    "that says more than is known, as %s, is not guessed at",
    (text) => {
      expect(runShellLine(text, [])).toBeUndefined();
    },
  );
});
