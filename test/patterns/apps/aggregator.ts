import "./http-start.ts";
import { app } from "@azure/functions";
import * as df from "durable-functions";

df.app.entity("Counter", (context) => {
  const value = (context.df.getState(() => 0) as number) ?? 0;
  switch (context.df.operationName) {
    case "add":
      context.df.setState(value + (context.df.getInput() as number));
      break;
    case "reset":
      context.df.setState(0);
      break;
    case "get":
      context.df.return(value);
      break;
  }
});

df.app.orchestration("aggregator", function* (context) {
  const id = new df.EntityId("Counter", "shared");
  for (const amount of context.df.getInput<number[]>()) context.df.signalEntity(id, "add", amount);
  return yield context.df.callEntity(id, "get");
});

/** Devices report here; the state is read back through the client. */
app.http("report", {
  route: "devices/{key}",
  authLevel: "anonymous",
  methods: ["GET", "POST"],
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const id = new df.EntityId("Counter", request.params.key ?? "");
    if (request.method === "POST") {
      await client.signalEntity(id, "add", Number(await request.text()));
      return { status: 202 };
    }
    const state = await client.readEntityState<number>(id);
    return state.entityExists ? { jsonBody: state.entityState } : { status: 404 };
  },
});
