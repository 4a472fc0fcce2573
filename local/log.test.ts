import { expect, it } from "vitest";
import { createHostLog } from "./log.ts";

it("tells of an error what it is, and nothing of the requests that hang on it", () => {
  const lines: string[] = [];
  const log = createHostLog("info", { write: (line: string) => void lines.push(line) });
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", headers: { key: "a-secret" } });
  const error = Object.assign(new Error("no answer", { cause }), {
    request: { headers: { "x-functions-key": "a-secret" } },
  });
  log.error({ err: error }, "function failed");
  log.error({ err: "a text" }, "function failed");
  expect(lines.join("")).not.toContain("a-secret");
  const [told, text] = lines.map((line) => JSON.parse(line).err);
  expect(told).toMatchObject({ type: "Error", message: "no answer", cause: { code: "ECONNRESET" } });
  expect(told.stack).toContain("log.test.ts");
  expect(text).toEqual({ message: "a text" });
});
