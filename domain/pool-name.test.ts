import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { greenPoolName } from "./pool-name.ts";

describe("a green pool's name", () => {
  it.each([
    ["apps", "Linux", [], "apps2"],
    ["apps2", "Linux", [], "apps3"],
    ["apps", "Linux", ["apps", "apps2"], "apps3"],
    ["apps9", "Linux", [], "apps10"],
    ["averylongone", "Linux", [], "averylongon2"],
    ["winapp", "Windows", [], "winap2"],
    ["w9", "Windows", ["w10"], "w11"],
    ["w99999", "Windows", [], "w2"],
    ["a99999999999", "Linux", ["a2"], "a3"],
  ])("of %s (%s) beside %j is %s", (blue, osType, taken, expected) => {
    expect(greenPoolName(blue, osType, taken)).toBe(expected);
  });

  it("is always a legal name that is not taken", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
    fc.assert(
      fc.property(name, fc.array(name), fc.constantFrom("Linux", "Windows"), (blue, taken, osType) => {
        const green = greenPoolName(blue, osType, [blue, ...taken]);
        expect(green).toMatch(osType === "Windows" ? /^[a-z][a-z0-9]{0,5}$/ : /^[a-z][a-z0-9]{0,11}$/);
        expect([blue, ...taken]).not.toContain(green);
      }),
    );
  });
});
