import type { Secrets } from "../state/secrets.ts";

/** How long a token of a managed identity is good for. */
export const TOKEN_LIFE_SECONDS = 86_400;

const KEY = "access-token-signing";

/** What a token came to when it was checked. */
export type TokenCheck = "valid" | "expired" | "invalid";

/** Issues a signed access token (the shape of a JWT) for a resource, good for a day of the simulator's clock. */
export function issueToken(secrets: Secrets, resource: string, tenantId: string, nowMs: number) {
  const issued = Math.floor(nowMs / 1_000);
  const expires = issued + TOKEN_LIFE_SECONDS;
  const claims = {
    aud: resource,
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: issued,
    nbf: issued,
    exp: expires,
    tid: tenantId,
  };
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return { token: `${text}.${secrets.sign(KEY, text)}`, expires };
}

/** Checks a token that was issued here. */
export function checkToken(secrets: Secrets, token: string, nowMs: number): TokenCheck {
  const [header = "", claims = "", signature = ""] = token.split(".");
  if (secrets.sign(KEY, `${header}.${claims}`) !== signature) return "invalid";
  const { exp }: { exp?: unknown } = JSON.parse(Buffer.from(claims, "base64url").toString());
  return typeof exp === "number" && exp * 1_000 > nowMs ? "valid" : "expired";
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
