import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

interface Operation {
  readonly operationId: string;
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string }>;
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: object }> }>>;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

async function describedBy(world: TestWorld): Promise<Description> {
  const response = await fetch(`${world.host.url}/api/v1/openapi.json`);
  expect(response.status).toBe(200);
  return (await response.json()) as Description;
}

/** Compares answers with the description of the API. */
function conformance(description: Description) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: "api", components: description.components });
  const absolute = (schema: object): object =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;
  return async (method: string, template: string, response: Response): Promise<void> => {
    const operation = description.paths[`/api/v1/${template}`]?.[method.toLowerCase()];
    const where = `${method} ${template} -> ${response.status}`;
    const told = operation?.responses[response.status];
    expect(told, `${where} is not in the description`).toBeDefined();
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const content = told?.content?.[type];
    if (told?.content === undefined) return;
    expect(content, `${where}: ${type} is not in the description`).toBeDefined();
    if (!type.endsWith("json")) return;
    const isValid = ajv.compile(absolute(content?.schema ?? {}));
    const body: unknown = await response.json();
    expect(isValid(body), `${where}: ${ajv.errorsText(isValid.errors)}`).toBe(true);
  };
}

const BY = { by: "ada", reason: "a test" };

describe("the API's description of itself", () => {
  it("names every route, and refers to nothing that is not there", async () => {
    const { paths, components } = await describedBy(await newWorld());
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations).toEqual(
      expect.arrayContaining([
        "GET /api/v1/fleet",
        "POST /api/v1/plans",
        "GET /api/v1/runs",
        "POST /api/v1/runs",
        "GET /api/v1/runs/{id}",
        "POST /api/v1/runs/{id}/signals",
        "GET /api/v1/runs/{id}/report",
        "GET /api/v1/approvals",
      ]),
    );
    const references = JSON.stringify({ paths, components }).match(/"\$ref":"([^"]+)"/g) ?? [];
    expect(references.length).toBeGreaterThan(20);
    const missing = references.filter((text) => {
      const name = /#\/components\/schemas\/(\w+)"$/.exec(text)?.[1];
      return name === undefined || !(name in components.schemas);
    });
    expect(missing).toEqual([]);
  });

  it("is what it answers: before, in and after a run, and when it refuses", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const conforms = conformance(await describedBy(world));
    const get = async (template: string, path = template) => conforms("GET", template, await world.api(path));
    const post = async (template: string, path: string, body: unknown) => {
      const response = await world.during(() => world.api(path, { method: "POST", body }));
      const copy = response.clone();
      await conforms("POST", template, response);
      return (await copy.json()) as { id: string };
    };
    await get("fleet");
    await get("dead-letters");
    await get("runs");
    await conforms("GET", "readiness", await world.during(() => world.api("readiness?cluster=dev-weu")));
    await conforms("GET", "fleet/{cluster}/why", await world.during(() => world.api("fleet/dev-weu/why")));
    await post("plans", "plans", { kind: "upgrade", clusters: ["dev-weu"] });
    const { id } = await post("runs", "runs", { kind: "upgrade", ...BY });
    await world.until(id, ({ rings }) => rings.some(({ state }) => state === "running"));
    await get("runs/{id}", `runs/${id}`);
    await get("runs/{id}/report", `runs/${id}/report`);
    await post("runs/{id}/signals", `runs/${id}/signals`, { signal: "pause", ...BY });
    await get("approvals");
    await post("runs/{id}/signals", `runs/${id}/signals`, { signal: "resume", ...BY });
    await post("runs/{id}/signals", `runs/${id}/signals`, { signal: "approve", ...BY });
    await world.ended(id);
    await get("runs/{id}", `runs/${id}`);
    await get("runs");
    await get("runs/{id}/report", `runs/${id}/report`);
    await get("runs/{id}/report", `runs/${id}/report?format=markdown`);
    await get("runs/{id}", "runs/upgrade-0000000000000000");
    await get("runs", "runs?limits=3");
    await post("runs", "runs", { kind: "upgrade", clusters: ["nowhere"], ...BY });
  });
});

describe("a run that is looked at again", () => {
  it("is not sent again while it is as it was, and is at once when it has changed", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const { id } = (await (await world.api("runs", { method: "POST", body: { kind: "upgrade", ...BY } })).json()) as {
      id: string;
    };
    await world.until(id, ({ rings }) => rings.some(({ state }) => state === "running"));
    const look = (etag: string, query = "") =>
      fetch(`${world.host.url}/api/v1/runs/${id}${query}`, {
        headers: { "x-functions-key": world.host.keys.host, "if-none-match": etag },
      });
    const first = await look("");
    const etag = first.headers.get("etag") ?? "";
    expect(first.status).toBe(200);
    expect((await look(etag)).status).toBe(304);
    expect((await look(`W/${etag}, "other"`)).status).toBe(304);
    let waited = first;
    // Nothing may happen for a minute; then one asks again.
    do waited = await world.during(() => look(etag, "?wait=60"));
    while (waited.status === 304);
    expect(waited.status).toBe(200);
    expect(waited.headers.get("etag")).not.toBe(etag);
  });
});

describe("the list of runs", () => {
  it("is cut into pages and filtered", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const ids: string[] = [];
    for (const by of ["ada", "ada", "grace"]) {
      const response = await world.api("runs", { method: "POST", body: { kind: "upgrade", by, reason: "a test" } });
      const { id } = (await response.json()) as { id: string };
      await world.ended(id);
      ids.unshift(id);
    }
    const list = async (query: string) => {
      const body = (await (await world.api(`runs?${query}`)).json()) as { runs: Array<{ id: string }>; next: unknown };
      return { ids: body.runs.map(({ id }) => id), next: body.next };
    };
    expect(await list("limit=2")).toEqual({ ids: ids.slice(0, 2), next: ids[1] });
    expect(await list(`limit=2&after=${ids[1]}`)).toEqual({ ids: ids.slice(2), next: null });
    expect(await list("by=grace")).toEqual({ ids: ids.slice(0, 1), next: null });
    expect(await list("kind=restore-test")).toEqual({ ids: [], next: null });
    expect(await list("status=running")).toEqual({ ids: [], next: null });
    expect((await list("verdict=passed&status=finished")).ids.length).toBeGreaterThan(0);
    expect(await list("after=upgrade-0000000000000000")).toEqual({ ids: [], next: null });
  });
});

describe("an Idempotency-Key", () => {
  const start = (world: TestWorld, key: string, body: object) =>
    fetch(`${world.host.url}/api/v1/runs`, {
      method: "POST",
      headers: {
        "x-functions-key": world.host.keys.host,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: JSON.stringify(body),
    });

  it("starts one run, however often and however fast it is sent", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const body = { kind: "upgrade", ...BY };
    const answers = await Promise.all([1, 2, 3].map(() => start(world, "nightly-42", body)));
    answers.push(await start(world, "nightly-42", body));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(ids).size).toBe(1);
    await world.ended(ids[0] ?? "");
    const { runs } = (await (await world.api("runs")).json()) as { runs: unknown[] };
    expect(runs).toHaveLength(1);
  });

  it("is refused for another wish, and when it is none", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    await start(world, "nightly-42", { kind: "upgrade", ...BY });
    const other = await start(world, "nightly-42", { kind: "upgrade", by: "grace", reason: "something else" });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: "IdempotencyKeyUsedBefore", detail: /started by ada/ });
    expect((await start(world, "x".repeat(201), { kind: "upgrade", ...BY })).status).toBe(400);
  });
});

describe("whoever is signed in with Entra ID", () => {
  const ENTRA = { API_AUTH: "entra", WEBSITE_AUTH_ENABLED: "True" };
  const principal = (name: string, roles: readonly string[]) => {
    const claims = [{ typ: "preferred_username", val: name }, ...roles.map((val) => ({ typ: "roles", val }))];
    return Buffer.from(JSON.stringify({ auth_typ: "aad", claims, role_typ: "roles" })).toString("base64");
  };
  const call = (world: TestWorld, method: string, path: string, header: string | null, body?: object) =>
    fetch(`${world.host.url}/api/v1/${path}`, {
      method,
      headers: { "content-type": "application/json", ...(header === null ? {} : { "x-ms-client-principal": header }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it("may do what the role says, on every route", async () => {
    const world = await newWorld({ settings: ENTRA, fleetYaml: onlyClusters("dev-weu") });
    const { paths } = await describedBy(world);
    const callers: Record<string, string | null> = {
      nobody: null,
      forged: "bm90IGpzb24=",
      "without a role": principal("eve", []),
      viewer: principal("vic", ["viewer"]),
      operator: principal("ada", ["operator"]),
      approver: principal("grace", ["approver"]),
    };
    const table: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const route = path
          .replace("/api/v1/", "")
          .replace("{id}", "upgrade-0000000000000000")
          .replace(/\{\w+\}/, "none");
        const body = method === "post" ? {} : undefined;
        const statuses: string[] = [];
        for (const [who, header] of Object.entries(callers)) {
          const { status } = await call(world, method.toUpperCase(), route, header, body);
          if (status !== 401 && status !== 403) statuses.push(who);
        }
        table.push(`${method.toUpperCase()} ${path.replace("/api/v1/", "")}: ${statuses.join(" ")}`);
      }
    }
    const changing = ["POST plans", "POST runs"];
    for (const line of table) {
      const [route = "", who] = line.split(": ");
      expect(line, route).toBe(`${route}: ${changing.includes(route) ? "operator" : "viewer operator approver"}`);
      expect(who).not.toContain("nobody");
    }
    expect(table.length).toBeGreaterThan(8);
  });

  it("signs with their own name, and approves only as an approver", async () => {
    const world = await newWorld({ settings: ENTRA, fleetYaml: onlyClusters("dev-weu") });
    const ada = principal("ada@example.com", ["operator"]);
    const wish = { kind: "upgrade", reason: "a test" };
    expect((await call(world, "POST", "runs", ada, { ...wish, by: "grace@example.com" })).status).toBe(403);
    const started = await call(world, "POST", "runs", ada, wish);
    const { id } = (await started.json()) as { id: string };
    const run = (await (await call(world, "GET", `runs/${id}`, ada)).json()) as { trigger: { by: string } };
    expect(run.trigger.by).toBe("ada@example.com");
    const approve = { signal: "approve", reason: "fine" };
    expect((await call(world, "POST", `runs/${id}/signals`, ada, approve)).status).toBe(403);
    const grace = principal("grace@example.com", ["approver"]);
    expect((await call(world, "POST", `runs/${id}/signals`, grace, approve)).status).toBe(409);
    expect((await call(world, "POST", `runs/${id}/signals`, grace, { signal: "cancel", reason: "x" })).status).toBe(
      403,
    );
  });

  it("is not believed while the platform does not sign people in", async () => {
    const world = await newWorld({ settings: { API_AUTH: "entra", WEBSITE_AUTH_ENABLED: undefined } });
    const header = principal("eve", ["operator", "approver"]);
    expect((await call(world, "GET", "runs", header)).status).toBe(401);
    const withKey = await world.api("runs");
    expect(withKey.status).toBe(503);
    expect(await withKey.json()).toMatchObject({ detail: /App Service authentication is off/ });
  });

  it("means nothing where keys are asked for", async () => {
    const world = await newWorld();
    expect((await call(world, "GET", "runs", principal("eve", ["operator"]))).status).toBe(401);
  });
});

describe("whatever is sent", () => {
  it("is never answered with an error of the app, nor with its insides", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const { paths } = await describedBy(world);
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters }]) => ({ path, method: method.toUpperCase(), parameters })),
    );
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "<script>alert(1)</script>",
        "{{7*7}}",
        "../../etc/passwd",
        "%00",
        "[x](javascript:1)",
        "__proto__",
      ),
    );
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.record({
        kind: fc.constantFrom("upgrade", "restore-test", "x"),
        by: text,
        reason: text,
        clusters: fc.array(text),
      }),
      fc.record({ signal: fc.constantFrom("approve", "cancel", "x"), by: text, reason: text, gate: text }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        fc.dictionary(text, text, { maxKeys: 2 }),
        text,
        fc.oneof(fc.string({ maxLength: 30 }), fc.stringMatching(/^[\x21-\x7e]{0,40}$/)),
        fc.tuple(body, text),
        async ({ path, method, parameters }, others, value, segment, [sent, header]) => {
          const route = path.replace(/\{\w+\}/g, () => encodeURIComponent(segment) || "x");
          const query = new URLSearchParams(others);
          for (const { name, in: place } of parameters) if (place === "query") query.set(name, value);
          const response = await world.during(() =>
            fetch(`${world.host.url}${route}?${query}`, {
              method,
              headers: {
                "x-functions-key": world.host.keys.host,
                "content-type": "application/json",
                "idempotency-key": header.replace(/[^\x20-\x7e]/g, "").trim(),
              },
              ...(method === "POST" ? { body: typeof sent === "string" ? sent : JSON.stringify(sent) } : {}),
            }),
          );
          const answer = await response.text();
          expect(response.status, `${method} ${route}?${query} ${JSON.stringify(sent)}: ${answer}`).toBeLessThan(500);
          expect(answer).not.toMatch(/node_modules|\n {4}at /);
          if (response.status >= 400 && response.headers.get("content-type") === "application/problem+json") {
            const problem = JSON.parse(answer) as { detail: string; code: string };
            expect(problem.detail).not.toBe("");
            expect(problem.code).toMatch(/^[A-Za-z0-9]+$/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
