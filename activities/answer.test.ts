import { describe, expect, it } from "vitest";
import { DrydockError, terminal } from "../domain/errors.ts";
import { answer } from "./answer.ts";

describe("answer", () => {
  it("hands over the value", async () => {
    expect(await answer(async () => 42)).toEqual({ ok: true, value: 42 });
  });

  it("makes data of an expected failure", async () => {
    const failure = terminal("NotFound", "there is no such pool");
    const step = () => Promise.reject(new DrydockError(failure));
    expect(await answer(step)).toEqual({ ok: false, failure });
  });

  it("leaves a bug what it is", async () => {
    const bug = new TypeError("x is not a function");
    await expect(answer(() => Promise.reject(bug))).rejects.toBe(bug);
    await expect(
      answer(() => {
        throw bug;
      }),
    ).rejects.toBe(bug);
  });

  it("gives up a step that gets no answer, so that it can be tried again", async () => {
    expect(await answer(() => new Promise(() => {}), 10)).toEqual({
      ok: false,
      failure: {
        class: "transient",
        code: "Unreachable",
        message: "there was no answer within 0.01 s",
        retryAfterSeconds: null,
      },
    });
  });
});
