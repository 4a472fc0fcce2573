import { app } from "@azure/functions";

/** `GET api/v1/health`: whether the app answers. Open to all, and therefore says nothing else. */
export function registerHealth(): void {
  app.http("getHealth", {
    methods: ["GET"],
    authLevel: "anonymous",
    route: "api/v1/health",
    handler: async () => ({ jsonBody: { status: "ok" }, headers: { "cache-control": "no-store" } }),
  });
}
