/** What the host's app needs to find the simulated Azure. */
export interface HostFacts {
  readonly resourceManagerUrl: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  readonly teamsWebhookUrl: string;
  readonly publicUrl: string;
  /** Folder in which reports are kept. */
  readonly reportsDirectory: string;
}

/** Settings that would lead the app to somebody's real Azure, or to another app's settings. */
const LEFT_OUT =
  /^(AZURE_|AzureWebJobs|AzureFunctionsJobHost|IDENTITY_|MSI_|WEBSITE_|FUNCTIONS_|FLEET_CONFIG$|TEAMS_|PUBLIC_URL$|REPORTS_STORAGE$|JANITOR_SCHEDULE$)/i;
const LOOPBACK = "127.0.0.1,localhost";

/** The environment of the host: this one, without what is Azure's, with the simulated Azure. */
export function hostEnvironment(inherited: NodeJS.ProcessEnv, facts: HostFacts): NodeJS.ProcessEnv {
  return {
    ...programEnvironment(inherited),
    FUNCTIONS_WORKER_RUNTIME: "node",
    FLEET_CONFIG: "fleet.yaml",
    AZURE_RESOURCE_MANAGER_ENDPOINT: facts.resourceManagerUrl,
    IDENTITY_ENDPOINT: facts.identityEndpoint,
    IDENTITY_HEADER: facts.identityHeader,
    TEAMS_WEBHOOK_URL: facts.teamsWebhookUrl,
    PUBLIC_URL: facts.publicUrl,
    REPORTS_STORAGE: facts.reportsDirectory,
  };
}

/** The environment of any program we start: this one without Azure's settings, and no proxy in front of loopback. */
export function programEnvironment(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !LEFT_OUT.test(name));
  const noProxy = inherited.NO_PROXY ?? inherited.no_proxy;
  const withoutProxy = noProxy === undefined || noProxy === "" ? LOOPBACK : `${noProxy},${LOOPBACK}`;
  return { ...Object.fromEntries(kept), NO_PROXY: withoutProxy, no_proxy: withoutProxy };
}
