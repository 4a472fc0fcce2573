import { z } from "zod";

/** What somebody may do with the operator API: look; start and steer runs; answer what runs ask. Entra's app roles. */
export const roleSchema = z.enum(["viewer", "operator", "approver"]);
export type Role = z.infer<typeof roleSchema>;

/** Who calls the operator API. */
export interface Caller {
  /** Who they are by Entra ID; null for who holds a key: a key has no name. */
  readonly name: string | null;
  readonly roles: readonly Role[];
}

/** Whoever holds a function key may do everything, and says who they are. */
export const KEY_HOLDER: Caller = { name: null, roles: roleSchema.options };

/** `x-ms-client-principal` as App Service authentication sends it: base64 of this. */
const principalSchema = z.object({
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
  name_typ: z.string().nullish(),
  role_typ: z.string().nullish(),
});

/** Claims that name a person or an app, the most telling first: `appid` and `oid` are all that a managed identity has. */
const NAMES = ["preferred_username", "upn", "email", "name", "appid", "azp", "oid"];
/** Entra's own name of the claim, and the one that App Service makes of it. */
const ROLE_CLAIMS = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

/** Who a principal is; undefined for what is none. Roles that the app does not know are none. */
export function callerOf(header: string | null): Caller | undefined {
  const principal = principalSchema.safeParse(decoded(header ?? "")).data;
  if (!principal) return undefined;
  const { claims, name_typ, role_typ } = principal;
  const claimed = (type: string) => claims.find(({ typ, val }) => typ === type && val.trim() !== "")?.val;
  const name = [...NAMES, ...(name_typ ? [name_typ] : [])].map(claimed).find((value) => value !== undefined);
  if (name === undefined) return undefined;
  const roleClaims = [...ROLE_CLAIMS, ...(role_typ ? [role_typ] : [])];
  const given = claims.filter(({ typ }) => roleClaims.includes(typ)).map(({ val }) => val.toLowerCase());
  return { name, roles: roleSchema.options.filter((role) => given.includes(role)) };
}

/** Whether a caller may do what a role may do. Whoever may change or decide something may look, too. */
export function may({ roles }: Caller, role: Role): boolean {
  return roles.includes(role) || (role === "viewer" && roles.length > 0);
}

function decoded(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}
