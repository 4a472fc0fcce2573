import { describe, expect, it } from "vitest";
import { pollAfterSeconds } from "./long-operation.ts";

describe("when an operation is looked at again", () => {
  it.each([
    ["it has just begun", 30, 0, 30],
    ["it lasts ten minutes", 30, 600, 30],
    ["it lasts twenty minutes: a twentieth of that", 30, 1_200, 60],
    ["it hangs for half a day: every two minutes", 30, 43_200, 120],
    ["Azure asks for more than that", 300, 43_200, 300],
    ["Azure asks for less: as it likes, at first", 2, 20, 2],
  ])("%s", (_, retryAfterSeconds, elapsedSeconds, expected) => {
    expect(pollAfterSeconds(retryAfterSeconds, elapsedSeconds)).toBe(expected);
  });
});
