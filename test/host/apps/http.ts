import { app, type HttpHandler, type HttpRequest, type InvocationContext } from "@azure/functions";

/** Answers all that a function sees of its request. */
async function describe(request: HttpRequest, context: InvocationContext): Promise<object> {
  return {
    function: context.functionName,
    method: request.method,
    path: new URL(request.url).pathname,
    params: request.params,
    query: Object.fromEntries(request.query),
    contentType: request.headers.get("content-type"),
    custom: request.headers.get("x-custom"),
    text: await request.text(),
  };
}

const echo: HttpHandler = async (request, context) => {
  context.log("called");
  return { jsonBody: await describe(request, context) };
};

app.http("echo", { methods: ["GET", "POST", "PUT", "DELETE"], authLevel: "anonymous", handler: echo });
app.http("item", { route: "items/{kind:alpha}/{id:int?}", methods: ["GET"], authLevel: "anonymous", handler: echo });
app.http("special", { route: "items/special/7", methods: ["GET"], authLevel: "anonymous", handler: echo });
app.http("rest", { route: "files/{*path}", methods: ["GET", "HEAD"], authLevel: "anonymous", handler: echo });
app.http("guarded", { authLevel: "function", handler: echo });
app.http("neighbour", { authLevel: "function", handler: echo });
app.http("owners", { authLevel: "admin", handler: echo });

app.http("sum", {
  methods: ["POST"],
  authLevel: "anonymous",
  handler: async (request) => ({
    jsonBody: ((await request.json()) as number[]).reduce((left, right) => left + right, 0),
  }),
});

app.http("reverse", {
  methods: ["POST"],
  authLevel: "anonymous",
  handler: async (request) => ({
    body: new Uint8Array(await request.arrayBuffer()).reverse(),
    headers: { "content-type": "application/octet-stream" },
  }),
});

app.http("form", {
  methods: ["POST"],
  authLevel: "anonymous",
  handler: async (request) => {
    const form = await request.formData();
    const file = form.get("file");
    const content = file !== null && typeof file !== "string" ? await file.text() : null;
    return { jsonBody: { name: form.get("name"), content } };
  },
});

app.http("shaped", {
  authLevel: "anonymous",
  handler: () => ({
    status: 418,
    headers: { "x-shape": "teapot" },
    cookies: [
      { name: "one", value: "1", httpOnly: true, sameSite: "Strict", path: "/" },
      { name: "two", value: "2", maxAge: 60 },
    ],
    body: "short and stout",
  }),
});

/** Answers nothing, which the types forbid and JavaScript apps do. */
app.http("silent", { authLevel: "anonymous", handler: (() => undefined) as unknown as HttpHandler });

app.http("broken", {
  authLevel: "anonymous",
  handler: () => {
    throw new Error("the database is on fire");
  },
});
