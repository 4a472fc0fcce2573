type Json = Readonly<Record<string, unknown>>;

/** What the other servers promise of their JSON answers, by the beginning of the path. */
const SERVICES: ReadonlyArray<readonly [RegExp, (status: number, body: Json, headers: Headers) => string[]]> = [
  [/^\/msi\/token$/, tokenMistakes],
  [/^\/v2\//, registryMistakes],
  [/^\/prometheus\/api\/v1\//, prometheusMistakes],
];

/** What is wrong with an answer of the managed identity, the registry or Prometheus; undefined when it is of none of them. */
export function serviceMistakes(path: string, status: number, body: unknown, headers: Headers): string[] | undefined {
  const [, mistakes] = SERVICES.find(([pattern]) => pattern.test(path)) ?? [];
  if (!mistakes) return undefined;
  return typeof body === "object" && body !== null
    ? mistakes(status, body as Json, headers)
    : ["the body is no object"];
}

/** App Service's protocol: every member is text, `expires_on` counts seconds since the epoch. */
function tokenMistakes(status: number, body: Json): string[] {
  if (status >= 400) return typeof body.error === "string" || typeof body.statusCode === "number" ? [] : ["no error"];
  const texts = ["access_token", "expires_on", "resource", "token_type"].filter(
    (name) => typeof body[name] !== "string",
  );
  return [
    ...texts.map((name) => `${name} is missing`),
    ...(/^\d{10}$/.test(String(body.expires_on)) ? [] : ["expires_on is no count of seconds"]),
    ...(body.token_type === "Bearer" ? [] : ["token_type is not Bearer"]),
  ];
}

/** The OCI distribution specification: errors have a list of codes and messages. */
function registryMistakes(status: number, body: Json, headers: Headers): string[] {
  if (status >= 400) {
    const { errors } = body;
    const isErrors =
      Array.isArray(errors) &&
      errors.length > 0 &&
      errors.every((one: Json) => /^[A-Z_]+$/.test(String(one.code)) && typeof one.message === "string");
    const challenge = status === 401 && !headers.has("www-authenticate") ? ["a 401 without www-authenticate"] : [];
    return [...challenge, ...(isErrors ? [] : ["errors[] of code and message is missing"])];
  }
  const isList = ["manifests", "tags", "repositories", "layers"].some((name) => Array.isArray(body[name]));
  return isList || body.schemaVersion === 2 || Object.keys(body).length === 0 ? [] : ["neither a manifest nor a list"];
}

/** The envelope of Prometheus' HTTP API. */
function prometheusMistakes(status: number, body: Json): string[] {
  if (status >= 400) {
    const said = typeof body.errorType === "string" && typeof body.error === "string";
    return body.status === "error" && said ? [] : ["no envelope of status error, errorType and error"];
  }
  const { status: outcome, data } = body as { status?: unknown; data?: Json };
  if (outcome !== "success" || !data) return ["no envelope of status success and data"];
  const { resultType, result } = data;
  const types = ["vector", "matrix", "scalar", "string"];
  return types.includes(String(resultType)) && Array.isArray(result) ? [] : ["data has no resultType and result"];
}
