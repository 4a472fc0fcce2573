import { z } from "zod";
import { DAILY_SEARCH, isSchedule } from "./search-times.ts";

const urlSchema = z.url({ protocol: /^https?$/, error: "expected an http(s) URL" });

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

const STORAGE_EXPECTED =
  "expected the https URL of a container of Blob Storage, without a query (the app's identity has the rights), or a folder";

/** The app's settings, as environment variables; docs/architecture.md tells what each means. An empty value is none. */
export const settingsSchema = z.object({
  FLEET_CONFIG: z.string().default("fleet.yaml"),
  AZURE_RESOURCE_MANAGER_ENDPOINT: urlSchema
    .refine(isSafeEndpoint, "plain http is for a loopback address only")
    .default("https://management.azure.com"),
  AZURE_CLIENT_ID: z.string().optional(),
  IDENTITY_ENDPOINT: z.string().optional(),
  TEAMS_WEBHOOK_URL: urlSchema.optional(),
  PUBLIC_URL: urlSchema.optional(),
  WEBSITE_HOSTNAME: z.string().optional(),
  API_AUTH: z.enum(["keys", "entra"]).default("keys"),
  WEBSITE_AUTH_ENABLED: z.string().optional(),
  WEBSITE_TIME_ZONE: z.string().default("Etc/UTC"),
  REPORTS_STORAGE: z.string().refine(isStorage, STORAGE_EXPECTED).optional(),
  DAILY_SEARCH_SCHEDULE: z
    .string()
    .refine(isSchedule, "expected NCRONTAB of six fields, such as 0 30 6 * * *")
    .default(DAILY_SEARCH),
  JANITOR_SCHEDULE: z
    .string()
    .refine(isSchedule, "expected NCRONTAB of six fields, such as 0 17 * * * *")
    .default("0 17 * * * *"),
});
export type Settings = z.infer<typeof settingsSchema>;

/** zod asks this of text that is no URL, too; what is wrong with that has been said already. */
function isSafeEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url === null || url.protocol === "https:" || LOOPBACK.includes(url.hostname);
}

/** Whether a text names a container by a URL that holds no secret, or else a folder. */
function isStorage(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return true;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  const isPlain = url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  return isPlain && isSafeEndpoint(text) && /^(?:\/[^/]+){1,2}\/?$/.test(url.pathname);
}

/**
 * Reads the settings. Throws an Error that names every setting that is wrong, and never its value: some are secrets.
 *
 * @param env the environment
 */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The app's settings are wrong. ${mistakes.join("; ")}.`);
}

/** Where operators reach the app, without a slash at the end. */
export function publicUrl({ PUBLIC_URL, WEBSITE_HOSTNAME = "localhost:7071" }: Settings): string {
  if (PUBLIC_URL !== undefined) return PUBLIC_URL.replace(/\/+$/, "");
  const isLocal = LOOPBACK.some((host) => WEBSITE_HOSTNAME === host || WEBSITE_HOSTNAME.startsWith(`${host}:`));
  return `${isLocal ? "http" : "https"}://${WEBSITE_HOSTNAME}`;
}
