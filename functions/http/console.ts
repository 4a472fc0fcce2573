import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { app, type HttpResponseInit } from "@azure/functions";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".map": "application/json",
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * `GET console`: the web page. It is open to all and holds nothing of the fleet; it asks for a key before it asks the API.
 *
 * @param directory folder of the built page
 */
export function registerConsole(directory: string): void {
  app.http("getConsole", {
    methods: ["GET"],
    authLevel: "anonymous",
    route: "console/{file?}",
    handler: (request) => serve(directory, request.params.file || "index.html"),
  });
}

async function serve(directory: string, file: string): Promise<HttpResponseInit> {
  const type = TYPES[extname(file)];
  // One path segment of plain characters: nothing outside of the folder can be named.
  if (type === undefined || !/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(file)) return { status: 404 };
  try {
    const headers = {
      "content-type": type,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    };
    return { body: await readFile(join(directory, file)), headers };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { status: 404 };
    throw error;
  }
}
