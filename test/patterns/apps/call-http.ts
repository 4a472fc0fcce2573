import "./http-start.ts";
import { app } from "@azure/functions";
import * as df from "durable-functions";

let polls = 0;

/** A slow job elsewhere: accepted, then running, then done. */
app.http("job", {
  route: "job",
  authLevel: "anonymous",
  methods: ["GET", "POST"],
  handler: (request) => {
    if (request.method === "POST") return { status: 202, headers: { location: request.url, "retry-after": "20" } };
    polls += 1;
    return polls < 3 ? { status: 202, headers: { location: request.url } } : { jsonBody: { polls } };
  },
});

df.app.orchestration("callHttp", function* (context) {
  const url = context.df.getInput<string>();
  const response = yield context.df.callHttp({ method: "POST", url, body: { start: true } });
  return { status: response.statusCode, content: JSON.parse(response.content) };
});
