import { describe, expect, it } from "vitest";
import { callerOf, KEY_HOLDER, may, type Role } from "./caller.ts";

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
const claim = (typ: string, val: string) => ({ typ, val });

describe("a caller by App Service authentication", () => {
  it("is named by the most telling claim, and has the app's roles", () => {
    const claims = [
      claim("name", "Ada Lovelace"),
      claim("preferred_username", "ada@example.com"),
      claim("roles", "Operator"),
      claim("roles", "billing"),
    ];
    expect(callerOf(encoded({ auth_typ: "aad", claims, name_typ: "name", role_typ: "roles" }))).toEqual({
      name: "ada@example.com",
      roles: ["operator"],
    });
  });

  it("may be an app, whose roles come under App Service's name of the claim", () => {
    const claims = [
      claim("appid", "11111111-2222-3333-4444-555555555555"),
      claim("http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "viewer"),
    ];
    expect(callerOf(encoded({ claims }))).toEqual({ name: "11111111-2222-3333-4444-555555555555", roles: ["viewer"] });
  });

  it.each([
    ["nothing", null],
    ["what is not base64", "%%%"],
    ["what is no JSON", Buffer.from("{").toString("base64")],
    ["another shape", encoded({ claims: "admin" })],
    ["a principal without a name", encoded({ claims: [claim("roles", "operator")] })],
  ])("is nobody by %s", (_, header) => {
    expect(callerOf(header)).toBeUndefined();
  });
});

describe("what a role may do", () => {
  it.each<[Role[], Role, boolean]>([
    [[], "viewer", false],
    [["viewer"], "viewer", true],
    [["viewer"], "operator", false],
    [["operator"], "viewer", true],
    [["operator"], "operator", true],
    [["operator"], "approver", false],
    [["approver"], "viewer", true],
    [["approver"], "operator", false],
  ])("%s as %s: %s", (roles, role, expected) => {
    expect(may({ name: "ada", roles }, role)).toBe(expected);
  });

  it("is everything for who holds a key", () => {
    expect(["viewer", "operator", "approver"].every((role) => may(KEY_HOLDER, role as Role))).toBe(true);
  });
});
