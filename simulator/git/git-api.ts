import { gunzipSync } from "node:zlib";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { sameText } from "../state/secrets.ts";
import { line } from "./pkt-line.ts";
import { advertiseForPush, receivePush } from "./receive-pack.ts";
import type { Repository } from "./repository.ts";
import { advertiseCommands, advertiseForFetch, answerCommand, answerOldFetch } from "./upload-pack.ts";

/** The part of a scenario that is about the Git server. */
export const gitSectionSchema = z.strictObject({
  /** What Git must send as its password, with any user name; without it everybody may read and write. */
  token: z.string().min(1).optional(),
});

export type GitSection = z.infer<typeof gitSectionSchema>;

const NO_CACHE = { "cache-control": "no-cache, max-age=0, must-revalidate" };

/** A Git server over smart HTTP, for one repository: `/git/fleet.git`, in protocols 0 and 2. */
export function createGitApi(repository: Repository, { token }: GitSection): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    if (token === undefined || sameText(passwordIn(context.req.header("authorization")), token)) return next();
    const headers = { "www-authenticate": 'Basic realm="fleet"' };
    return context.text("This repository wants a token as its password.\n", 401, headers);
  });
  app.get("/fleet.git/info/refs", (context) => {
    const service = context.req.query("service");
    if (service === "git-upload-pack") {
      return advertisement(context, service, isNew(context) ? advertiseCommands() : advertiseForFetch(repository));
    }
    if (service === "git-receive-pack") return advertisement(context, service, advertiseForPush(repository));
    return context.text("Only the smart protocol of Git is served here.\n", 403);
  });
  app.post("/fleet.git/git-upload-pack", async (context) => {
    const body = await readBody(context);
    return answer(context, "git-upload-pack", () =>
      isNew(context) ? answerCommand(repository, body) : answerOldFetch(repository, body),
    );
  });
  app.post("/fleet.git/git-receive-pack", async (context) => {
    const body = await readBody(context);
    return answer(context, "git-receive-pack", () => receivePush(repository, body));
  });
  app.all("*", (context) => context.text("There is one repository here: /git/fleet.git\n", 404));
  return app;
}

function isNew(context: Context): boolean {
  return (context.req.header("git-protocol") ?? "").split(":").includes("version=2");
}

function passwordIn(authorization: string | undefined): string {
  const [, scheme = "", value = ""] = /^(Basic|Bearer) (.+)$/i.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  const text = Buffer.from(value, "base64").toString();
  return text.slice(text.indexOf(":") + 1);
}

async function readBody(context: Context): Promise<Buffer> {
  const body = Buffer.from(await context.req.arrayBuffer());
  return context.req.header("content-encoding") === "gzip" ? gunzipSync(body) : body;
}

function advertisement(context: Context, service: string, content: Buffer): Response {
  return context.body(new Uint8Array(content), 200, {
    ...NO_CACHE,
    "content-type": `application/x-${service}-advertisement`,
  });
}

/** What is wrong with a request is told in Git's own way, which its client shows. */
function answer(context: Context, service: string, make: () => Buffer): Response {
  let content: Buffer;
  try {
    content = make();
  } catch (error) {
    content = line(`ERR ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return context.body(new Uint8Array(content), 200, { ...NO_CACHE, "content-type": `application/x-${service}-result` });
}
