import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { loadKubeconfig } from "./kubeconfig.ts";

function kubeconfig(user: object): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "prod", user: "app" } }],
    clusters: [{ name: "prod", cluster: { server: "https://prod.example.com" } }],
    users: [{ name: "app", user }],
  });
}

const credential = { getToken: async () => ({ token: "entra-token", expiresOnTimestamp: 0 }) };

describe("a kubeconfig", () => {
  it("never gets the program run that it names: the app's own token takes its place", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drydock-kubeconfig-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const witness = join(folder, "was-run");
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "touch",
      args: [witness],
      interactiveMode: "Never",
    };
    const config = await loadKubeconfig(kubeconfig({ exec }), credential);
    expect(config.getCurrentUser()).toEqual({ name: "app", token: "entra-token" });
    await config.applyToHTTPSOptions({});
    expect(existsSync(witness)).toBe(false);
  });

  it("with a token of its own keeps it, and the app's stays at home", async () => {
    const config = await loadKubeconfig(kubeconfig({ token: "cluster-token" }), credential);
    expect(config.getCurrentUser()).toMatchObject({ token: "cluster-token" });
  });

  it("that needs a token which cannot be had asks for a person", async () => {
    const nobody = { getToken: async () => null };
    const text = kubeconfig({ exec: { apiVersion: "v1", command: "kubelogin" } });
    await expect(loadKubeconfig(text, nobody)).rejects.toMatchObject({
      failure: { class: "needs-person", code: "Denied" },
    });
  });
});
