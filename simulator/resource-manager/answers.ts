import { invalidParameter } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest } from "./arm-router.ts";

/** 200 with a body. */
export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): ArmAnswer {
  return { status: 200, body, headers };
}

/**
 * A page of a list, in key order, with the link to the next one. The token names the last key shown, so that an entry that
 * comes or goes between two pages shifts nothing. `$top` asks for fewer than a page holds.
 */
export function paged<T>(
  request: ArmRequest,
  entries: readonly T[],
  keyOf: (entry: T) => string,
  show: (entry: T) => unknown,
): ArmAnswer {
  const { query, azure } = request;
  const after = tokenIn(query);
  const sorted = entries
    .map((entry) => ({ key: keyOf(entry).toLowerCase(), entry }))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter(({ key }) => key > after);
  const page = rest.slice(0, Math.min(azure.settings.pageSize, topOf(query)));
  const last = page.at(-1);
  const more = last !== undefined && page.length < rest.length;
  return ok({
    value: page.map(({ entry }) => show(entry)),
    ...(more ? { nextLink: nextLink(request, last.key) } : {}),
  });
}

function nextLink({ origin, path, query }: ArmRequest, key: string): string {
  const next = new URLSearchParams(query);
  next.delete("$skiptoken");
  next.set("$skipToken", Buffer.from(key).toString("base64url"));
  return `${origin}${path}?${next}`;
}

function tokenIn(query: URLSearchParams): string | undefined {
  const token = query.get("$skipToken") ?? query.get("$skiptoken");
  return token === null ? undefined : Buffer.from(token, "base64url").toString();
}

function topOf(query: URLSearchParams): number {
  const text = query.get("$top");
  if (text === null) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalidParameter(`The value '${text}' of $top is invalid: a number from 1.`);
  return Number(text);
}
