import { z } from "zod";
import { checkToken } from "../identity/access-token.ts";
import { type Secrets, sameText } from "../state/secrets.ts";

const KEY = "registry-token-signing";
/** As ACR has it: an access token is good for 75 minutes, a refresh token for 3 hours. */
const ACCESS_SECONDS = 75 * 60;
const REFRESH_SECONDS = 3 * 3_600;
/** The user name that goes with a refresh token as its password. */
const TOKEN_USER = "00000000-0000-0000-0000-000000000000";

const claimsSchema = z.object({
  kind: z.enum(["access", "refresh"]),
  exp: z.number(),
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) })),
});

type Access = z.infer<typeof claimsSchema>["access"];

/** What a request to a registry needs leave for. */
export interface Permission {
  readonly type: "repository" | "registry";
  readonly name: string;
  readonly action: string;
}

/** Exchanges a token of Entra ID for a refresh token; undefined when it was not issued here or is too old. */
export function exchangeToken(secrets: Secrets, entraToken: string, nowMs: number): string | undefined {
  if (entraToken.split(".").length !== 3 || checkToken(secrets, entraToken, nowMs) !== "valid") return undefined;
  return issue(secrets, { kind: "refresh", exp: seconds(nowMs) + REFRESH_SECONDS, access: [] });
}

/** Gives an access token for scopes (`repository:shop/web:pull,push`) to who holds a refresh token; undefined otherwise. */
export function accessToken(
  secrets: Secrets,
  refresh: string,
  scopes: readonly string[],
  nowMs: number,
): string | undefined {
  if (readToken(secrets, refresh, nowMs)?.kind !== "refresh") return undefined;
  return issue(secrets, { kind: "access", exp: seconds(nowMs) + ACCESS_SECONDS, access: scopes.flatMap(readScope) });
}

/** The refresh token in a Basic authorization, as `docker login` sends it. */
export function refreshTokenIn(authorization: string | undefined): string | undefined {
  const [, encoded] = /^Basic (.+)$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const [user, ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return user === TOKEN_USER ? password.join(":") : undefined;
}

/** Whether a request may do something, by its authorization. */
export function isAllowed(
  secrets: Secrets,
  authorization: string | undefined,
  wanted: Permission | undefined,
  nowMs: number,
): boolean {
  const [, token] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
  const claims = token === undefined ? undefined : readToken(secrets, token, nowMs);
  if (claims?.kind !== "access") return false;
  return (
    wanted === undefined ||
    claims.access.some(
      ({ type, name, actions }) =>
        type === wanted.type && name === wanted.name && (actions.includes(wanted.action) || actions.includes("*")),
    )
  );
}

function issue(secrets: Secrets, claims: z.infer<typeof claimsSchema>): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${secrets.sign(KEY, text)}`;
}

function readToken(secrets: Secrets, token: string, nowMs: number): z.infer<typeof claimsSchema> | undefined {
  const [header = "", body = "", signature = ""] = token.split(".");
  if (!sameText(secrets.sign(KEY, `${header}.${body}`), signature)) return undefined;
  const claims = claimsSchema.parse(JSON.parse(Buffer.from(body, "base64url").toString()));
  return claims.exp > seconds(nowMs) ? claims : undefined;
}

function readScope(scope: string): Access {
  const [, type, name, actions] = /^(repository|registry):(.+):([\w,*]+)$/.exec(scope) ?? [];
  if (type === undefined || name === undefined || actions === undefined) return [];
  return [{ type, name, actions: actions.split(",") }];
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
