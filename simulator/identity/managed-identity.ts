import { Hono } from "hono";
import type { Secrets } from "../state/secrets.ts";
import type { World } from "../world.ts";
import { issueToken } from "./access-token.ts";

/** The name under which the expected `X-IDENTITY-HEADER` is kept. */
export const IDENTITY_HEADER_SECRET = "identity-header";

/**
 * The token endpoint that App Service gives an app with a managed identity (`IDENTITY_ENDPOINT`): GET with `resource` and
 * `api-version`, and the header value that only the app knows.
 */
export function createManagedIdentity(world: World, secrets: Secrets, tenantId: string): Hono {
  const app = new Hono();
  app.get("/token", (context) => {
    const refuse = (status: 400 | 401, message: string) =>
      context.json({ statusCode: status, message, correlationId: null }, status);
    if (!secrets.matches(IDENTITY_HEADER_SECRET, context.req.header("x-identity-header") ?? "")) {
      return refuse(401, "The header X-IDENTITY-HEADER is missing or is not the one of this app.");
    }
    const resource = context.req.query("resource");
    if (resource === undefined || resource === "") return refuse(400, "The query parameter resource is missing.");
    if (context.req.query("api-version") === undefined)
      return refuse(400, "The query parameter api-version is missing.");
    world.catchUp();
    const { token, expires } = issueToken(secrets, resource, tenantId, world.nowMs);
    return context.json({
      access_token: token,
      expires_on: String(expires),
      resource,
      token_type: "Bearer",
      client_id: context.req.query("client_id") ?? "00000000-0000-0000-0000-000000000000",
    });
  });
  return app;
}
