import { TransformStream } from "node:stream/web";
import { app } from "@azure/functions";

app.setup({ enableHttpStream: true });

/** Answers each piece of the body in capitals as soon as it arrives. */
app.http("shout", {
  route: "shout/{who}",
  methods: ["POST"],
  authLevel: "anonymous",
  handler: (request) => {
    const decoder = new TextDecoder();
    const capitals = new TransformStream<Uint8Array, string>({
      transform: (piece, controller) => {
        const text = decoder.decode(piece, { stream: true });
        controller.enqueue(`${request.params.who}: ${text.toUpperCase()}\n`);
      },
    });
    return { headers: { "content-type": "text/plain" }, body: request.body?.pipeThrough(capitals) ?? "" };
  },
});

app.http("sum", {
  methods: ["POST"],
  authLevel: "anonymous",
  handler: async (request, context) => {
    let bytes = 0;
    try {
      for await (const piece of request.body ?? []) {
        if (bytes === 0) context.log("the body begins");
        bytes += (piece as Uint8Array).length;
      }
    } catch (error) {
      context.warn("the body broke off");
      throw error;
    }
    return { status: 201, headers: { "x-bytes": String(bytes) }, jsonBody: { bytes, query: request.query.get("q") } };
  },
});

app.http("guarded", { authLevel: "function", handler: () => ({ body: "open" }) });

app.http("broken", {
  authLevel: "anonymous",
  handler: () => {
    throw new Error("no stream today");
  },
});
