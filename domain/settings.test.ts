import { describe, expect, it } from "vitest";
import { parseSettings, publicUrl } from "./settings.ts";

function refusal(env: Record<string, string>): string {
  try {
    parseSettings(env);
    return "none";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("the app's settings", () => {
  it("have defaults for all that Azure does not give", () => {
    expect(parseSettings({})).toEqual({
      FLEET_CONFIG: "fleet.yaml",
      AZURE_RESOURCE_MANAGER_ENDPOINT: "https://management.azure.com",
      API_AUTH: "keys",
      WEBSITE_TIME_ZONE: "Etc/UTC",
      DAILY_SEARCH_SCHEDULE: "0 30 6 * * *",
      JANITOR_SCHEDULE: "0 17 * * * *",
    });
  });

  it("take an empty value for none, and leave what is not theirs", () => {
    const env = { FLEET_CONFIG: "", TEAMS_WEBHOOK_URL: "", AZURE_CLIENT_ID: undefined, PATH: "/bin" };
    expect(parseSettings(env)).toEqual(parseSettings({}));
  });

  it.each([
    "https://management.chinacloudapi.cn",
    "http://127.0.0.1:7072",
    "http://localhost:7072",
    "http://[::1]:7072",
  ])("take %s for the Resource Manager", (endpoint) => {
    const settings = parseSettings({ AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint });
    expect(settings.AZURE_RESOURCE_MANAGER_ENDPOINT).toBe(endpoint);
  });

  it.each([
    ["http://management.azure.com", "plain http is for a loopback address only"],
    ["http://127.0.0.1.example.org", "plain http is for a loopback address only"],
    ["http://localhost@example.org", "plain http is for a loopback address only"],
    ["management.azure.com", "expected an http(s) URL"],
    ["ftp://127.0.0.1", "expected an http(s) URL"],
  ])("refuse %s for the Resource Manager: %s", (endpoint, why) => {
    expect(refusal({ AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint })).toContain(`AZURE_RESOURCE_MANAGER_ENDPOINT: ${why}`);
  });

  it.each([
    "https://stdrydock.blob.core.windows.net/reports",
    "https://stdrydock.blob.core.windows.net/reports/",
    "http://127.0.0.1:10000/devstoreaccount1/reports",
    "reports",
    "/srv/drydock/reports",
    "C:\\drydock\\reports",
  ])("take %s for the storage of reports", (location) => {
    expect(parseSettings({ REPORTS_STORAGE: location }).REPORTS_STORAGE).toBe(location);
  });

  it.each([
    "https://stdrydock.blob.core.windows.net/reports?sv=1&sig=secret",
    "https://user:secret@stdrydock.blob.core.windows.net/reports",
    "https://stdrydock.blob.core.windows.net",
    "https://stdrydock.blob.core.windows.net/a/b/c",
    "http://stdrydock.blob.core.windows.net/reports",
    "ftp://127.0.0.1/reports",
  ])("refuse %s for the storage of reports, and do not repeat it", (location) => {
    const message = refusal({ REPORTS_STORAGE: location });
    expect(message).toContain("REPORTS_STORAGE: expected the https URL of a container");
    expect(message).not.toContain("secret");
  });

  it("name every wrong setting and show no value: some are secrets", () => {
    const message = refusal({ TEAMS_WEBHOOK_URL: "secret-sig", PUBLIC_URL: "hidden value" });
    expect(message).toMatch(/TEAMS_WEBHOOK_URL: .*PUBLIC_URL: /);
    expect(message).not.toMatch(/secret-sig|hidden value/);
  });
});

describe("where operators reach the app", () => {
  it.each([
    [{ PUBLIC_URL: "https://drydock.example.org/" }, "https://drydock.example.org"],
    [{ PUBLIC_URL: "https://example.org/drydock//" }, "https://example.org/drydock"],
    [{ PUBLIC_URL: "https://a.example", WEBSITE_HOSTNAME: "b.azurewebsites.net" }, "https://a.example"],
    [{ WEBSITE_HOSTNAME: "b.azurewebsites.net" }, "https://b.azurewebsites.net"],
    [{ WEBSITE_HOSTNAME: "localhost:7071" }, "http://localhost:7071"],
    [{ WEBSITE_HOSTNAME: "127.0.0.1:8080" }, "http://127.0.0.1:8080"],
    [{ WEBSITE_HOSTNAME: "localhost.example.org" }, "https://localhost.example.org"],
    [{}, "http://localhost:7071"],
  ])("%o: %s", (env, expected) => {
    expect(publicUrl(parseSettings(env))).toBe(expected);
  });
});
