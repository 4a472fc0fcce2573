import { app, type HttpHandler } from "@azure/functions";
import * as df from "durable-functions";

/** The starter that every sample has: `POST /api/orchestrators/{name}` starts an orchestration with the body as its input. */
const start: HttpHandler = async (request, context) => {
  const client = df.getClient(context);
  const text = await request.text();
  const input: unknown = text === "" ? undefined : JSON.parse(text);
  const instanceId = await client.startNew(request.params.name ?? "", { input });
  context.log(`Started orchestration with ID = '${instanceId}'.`);
  return client.createCheckStatusResponse(request, instanceId);
};

app.http("start", {
  route: "orchestrators/{name}",
  authLevel: "anonymous",
  methods: ["POST"],
  extraInputs: [df.input.durableClient()],
  handler: start,
});
