import type { HttpRequest } from "@azure/functions";
import { type Caller, callerOf, KEY_HOLDER, may, type Role } from "../../domain/api/caller.ts";
import type { Settings } from "../../domain/settings.ts";
import { Problem } from "./problem.ts";

/** How callers are known. */
export interface Door {
  /** What the Functions host asks for before it calls us. */
  readonly authLevel: "function" | "anonymous";
  readonly callerOf: (request: HttpRequest) => Caller;
}

/** The host lets nobody in without a function key. */
export const KEYS: Door = { authLevel: "function", callerOf: () => KEY_HOLDER };

/** App Service authentication says who it is; it takes the header away from whoever sends it themselves. */
const ENTRA: Door = {
  authLevel: "anonymous",
  callerOf(request) {
    const caller = callerOf(request.headers.get("x-ms-client-principal"));
    if (caller) return caller;
    throw new Problem(401, "Not signed in", "Sign in with Entra ID, or send a bearer token of it, for this app.");
  },
};

/** Nobody comes in: what would say who they are could be forged. */
const SHUT: Door = {
  authLevel: "function",
  callerOf() {
    const detail = "API_AUTH is entra, and App Service authentication is off. Turn it on, or set API_AUTH to keys.";
    throw new Problem(503, "Authentication is off", detail);
  },
};

/** The door that the settings ask for. The principal's header is trusted only while the platform says that it sets it. */
export function doorOf({ API_AUTH, WEBSITE_AUTH_ENABLED }: Settings): Door {
  if (API_AUTH === "keys") return KEYS;
  return WEBSITE_AUTH_ENABLED?.toLowerCase() === "true" ? ENTRA : SHUT;
}

/** Who calls. Throws Problem: 401 for nobody, 403 for who may not. */
export function admit(door: Door, request: HttpRequest, role: Role): Caller {
  const caller = door.callerOf(request);
  requireRole(caller, role);
  return caller;
}

/** Throws Problem 403 for who may not do what a role may do. */
export function requireRole(caller: Caller, role: Role): void {
  if (may(caller, role)) return;
  const has = caller.roles.length > 0 ? caller.roles.join(", ") : "no role of this app";
  throw new Problem(403, "Not allowed", `It takes the role ${role}; ${caller.name ?? "the caller"} has ${has}.`);
}

/** Who did it: the caller by name, or whoever a key holder says. Throws Problem 400 for nobody, 403 for somebody else. */
export function signedBy({ name }: Caller, by: string | undefined): string {
  if (name === null) {
    if (by !== undefined) return by;
    throw new Problem(400, "Invalid body", "by: who wants it? A key does not say.");
  }
  if (by === undefined || by === name) return name;
  throw new Problem(403, "Not allowed", `by is "${by}", and the caller is ${name}; leave it out.`);
}
