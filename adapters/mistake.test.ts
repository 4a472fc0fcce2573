import { describe, expect, it } from "vitest";
import { azureFailure } from "./azure/azure-failure.ts";
import { kubernetesFailure } from "./kubernetes/kubernetes-failure.ts";

describe.each([
  ["azureFailure", azureFailure],
  ["kubernetesFailure", kubernetesFailure],
])("%s", (_name, translate) => {
  it.each([new TypeError("x is not a function"), new ReferenceError("x is not defined"), new RangeError("too deep")])(
    "throws our own mistake as it is: %s",
    (mistake) => {
      expect(() => translate(mistake, "list the pods of prod-weu")).toThrow(mistake);
    },
  );

  it("takes a connection that fetch could not make for what it is", () => {
    const failure = translate(
      new TypeError("fetch failed", {
        cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
      }),
      "list the pods of prod-weu",
    );
    expect(failure.failure).toMatchObject({ class: "transient", code: "Unreachable" });
  });
});
