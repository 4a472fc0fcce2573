import { checkAgainstReference } from "./arm-reference.ts";
import { checkBackupAnswer } from "./backup-reference.ts";
import type { SeenAnswer } from "./contract.ts";
import { pathsOf } from "./reference-members.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Shapes of answers that were found to agree: those like them need no second look. */
const known = new Set<string>();

/** What is wrong with an answer of Resource Manager: in its headers, and in its body by the reference of its path. */
export function armMistakes(answer: SeenAnswer): string[] {
  const { text } = answer;
  if (text === undefined) return ["the body is no JSON"];
  return [...headerMistakes(answer), ...bodyMistakes(answer)];
}

function headerMistakes({ method, response, url, text }: SeenAnswer): string[] {
  const { headers, status } = response;
  const mistakes: string[] = [];
  if (!GUID.test(headers.get("x-ms-request-id") ?? "")) mistakes.push("x-ms-request-id is no GUID");
  if (!headers.has("x-ms-correlation-request-id")) mistakes.push("x-ms-correlation-request-id is missing");
  const kind = method === "GET" || method === "HEAD" ? "reads" : method === "DELETE" ? "deletes" : "writes";
  const left = headers.get(`x-ms-ratelimit-remaining-subscription-${kind}`) ?? "";
  // Who is not let in has not been counted.
  if (status !== 401 && !isUncounted(status, text) && !/^\d+$/.test(left)) mistakes.push("the rate limit is missing");
  if (status === 429 && !/^\d+$/.test(headers.get("retry-after") ?? "")) mistakes.push("a 429 without Retry-After");
  return [...mistakes, ...operationMistakes(method, status, headers, url)];
}

function isUncounted(status: number, text: string | undefined): boolean {
  return status === 404 && text?.includes("SubscriptionNotFound") === true;
}

/** An answer that says "not yet" says where to ask again, as absolute URLs of this server. */
function operationMistakes(method: string, status: number, headers: Headers, url: URL): string[] {
  const mistakes: string[] = [];
  const links = ["azure-asyncoperation", "location"].flatMap((name) => {
    const link = headers.get(name);
    return link === null ? [] : [[name, link] as const];
  });
  for (const [name, link] of links) {
    if (!URL.canParse(link) || new URL(link).origin !== url.origin) mistakes.push(`${name} leads elsewhere: ${link}`);
    else if (!new URL(link).searchParams.has("api-version")) mistakes.push(`${name} has no api-version`);
  }
  if (status === 202 && links.length === 0) mistakes.push("a 202 without Azure-AsyncOperation or Location");
  const isPoll = method === "GET" && status === 202;
  if (isPoll && !/^\d+$/.test(headers.get("retry-after") ?? "")) mistakes.push("a poll's 202 without Retry-After");
  return mistakes;
}

function bodyMistakes({ method, path, response, text = "" }: SeenAnswer): string[] {
  const { status } = response;
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const link = (body as { nextLink?: unknown } | undefined)?.nextLink;
  if (link !== undefined && !URL.canParse(String(link))) return ["nextLink is no absolute URL"];
  const isBackup = path.includes("/Microsoft.DataProtection/") || path.includes("/microsoft.dataprotection/");
  const shape = `${method} ${path.replaceAll(/\/[^/]*\d[^/]*/g, "/*")} ${status} ${[...pathsOf(body)].join()}`;
  if (!isBackup && known.has(shape)) return [];
  try {
    if (isBackup && status < 400) checkBackupAnswer(method, path, status, body);
    else checkAgainstReference(method, path, status, text);
    known.add(shape);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
