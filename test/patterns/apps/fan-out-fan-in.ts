import "./http-start.ts";
import * as df from "durable-functions";

df.app.activity("listFiles", {
  handler: (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `file-${index}`, bytes: index * 10 })),
});
df.app.activity("copyFile", { handler: (file: { bytes: number }) => file.bytes });

df.app.orchestration("fanOutFanIn", function* (context) {
  const files: object[] = yield context.df.callActivity("listFiles", context.df.getInput());
  const sizes: number[] = yield context.df.Task.all(files.map((file) => context.df.callActivity("copyFile", file)));
  return sizes.reduce((sum, size) => sum + size, 0);
});
