import { describe, expect, it } from "vitest";
import {
  linesOf,
  noteRequest,
  operationOf,
  operationsFrom,
  readUsedOperations,
  takeUnknown,
} from "./used-operations.ts";

const request = (method: string, path: string, userAgent = "drydock") =>
  new Request(`http://127.0.0.1${path}`, { method, headers: { "user-agent": userAgent } });
const CLUSTER = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/prod";

describe("what is noted of requests", () => {
  it("is what no role allows, once", () => {
    noteRequest(request("DELETE", CLUSTER));
    noteRequest(request("DELETE", CLUSTER));
    noteRequest(request("GET", "/kubernetes/prod/api/v1/secrets"));
    expect(takeUnknown()).toEqual([
      "azure clusterOperator Microsoft.ContainerService/managedClusters/delete",
      "kubernetes list secrets",
    ]);
    expect(takeUnknown()).toEqual([]);
  });

  it("is nothing where the roles allow it, and nothing of the tests' own", () => {
    noteRequest(request("GET", CLUSTER));
    noteRequest(request("GET", "/kubernetes/prod/api/v1/nodes", "drydock azsdk-js/1"));
    noteRequest(request("DELETE", `${CLUSTER}/agentPools/x/machines/y`, "node"));
    noteRequest(
      request("POST", "/kubernetes/prod/apis/apps/v1/namespaces/a/deployments", "kubernetes-javascript-client/2"),
    );
    expect(takeUnknown()).toEqual([]);
  });

  it("leaves clusters out where one of them plays the scratch cluster", () => {
    noteRequest(request("DELETE", "/kubernetes/prod/api/v1/namespaces/a"), { azureOnly: true });
    noteRequest(request("PATCH", CLUSTER), { azureOnly: true });
    expect(takeUnknown()).toEqual([]);
  });
});

describe("an operation", () => {
  it.each([
    ["GET", "/kubernetes/prod/api/v1/namespaces/velero/secrets", "velero list secrets"],
    ["GET", "/kubernetes/prod/api/v1/namespaces/shop/secrets", "kubernetes list secrets"],
    ["GET", "/kubernetes/prod/metrics", "kubernetes get /metrics"],
    ["GET", "/kubernetes/drydock-0123456789ab/api/v1/secrets", undefined],
    ["POST", "/teams/webhook/key", undefined],
  ])("%s %s is %s", (method, path, expected) => {
    expect(operationOf(method, path)).toBe(expected);
  });

  it("is kept as it was seen: the list is the same when it is made of its own lines", () => {
    const kept = readUsedOperations();
    expect(operationsFrom([...linesOf(kept), ...linesOf(kept)].toReversed())).toEqual(kept);
  });
});
