import "./http-start.ts";
import * as df from "durable-functions";

df.app.activity("sayHello", { handler: (city: string) => `Hello ${city}` });

df.app.orchestration("chaining", function* (context) {
  const outputs: string[] = [];
  for (const city of ["Tokyo", "Seattle", "Cairo"]) outputs.push(yield context.df.callActivity("sayHello", city));
  return outputs;
});
