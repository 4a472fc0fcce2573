import { describe, expect, it } from "vitest";
import { kubernetesAccessOf } from "./kubernetes-access.ts";

describe("the access that a request to a cluster needs", () => {
  it.each([
    ["GET", "/api/v1/nodes", "", "nodes", "list"],
    ["GET", "/api/v1/nodes?watch=true&resourceVersion=1", "", "nodes", "watch"],
    ["GET", "/api/v1/nodes/aks-1", "", "nodes", "get"],
    ["PATCH", "/api/v1/nodes/aks-1", "", "nodes", "patch"],
    ["GET", "/api/v1/namespaces/shop/pods", "", "pods", "list"],
    ["GET", "/api/v1/namespaces/shop", "", "namespaces", "get"],
    ["POST", "/api/v1/namespaces/shop/pods/cart-0/eviction", "", "pods/eviction", "create"],
    ["GET", "/api/v1/namespaces/shop/services/http:web:80/proxy/health", "", "services/proxy", "get"],
    ["GET", "/apis/policy/v1/poddisruptionbudgets?limit=500", "policy", "poddisruptionbudgets", "list"],
    ["DELETE", "/apis/batch/v1/namespaces/a/jobs", "batch", "jobs", "deletecollection"],
    ["DELETE", "/apis/batch/v1/namespaces/a/jobs/j", "batch", "jobs", "delete"],
    ["PUT", "/apis/apps/v1/namespaces/a/deployments/d/scale", "apps", "deployments/scale", "update"],
  ])("%s %s", (method, path, group, resource, verb) => {
    expect(kubernetesAccessOf(method, path)).toMatchObject({ group, resource, verb });
  });

  it("is one in a namespace where the path names one", () => {
    expect(kubernetesAccessOf("GET", "/api/v1/namespaces/velero/secrets")).toHaveProperty("namespace", "velero");
    expect(kubernetesAccessOf("GET", "/api/v1/namespaces/velero")).not.toHaveProperty("namespace");
    expect(kubernetesAccessOf("GET", "/api/v1/secrets")).not.toHaveProperty("namespace");
  });

  it("names what is no resource by its path", () => {
    expect(kubernetesAccessOf("GET", "/metrics")).toEqual({ nonResourceUrl: "/metrics", verb: "get" });
  });

  it.each(["/apis", "/api/v1", "/apis/apps/v1", "/version", "/openapi/v3/api/v1", "/readyz"])(
    "is none for %s, which is open to all",
    (path) => {
      expect(kubernetesAccessOf("GET", path)).toBeUndefined();
    },
  );

  it("is none for the question what one may do oneself", () => {
    expect(kubernetesAccessOf("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")).toBeUndefined();
  });
});
