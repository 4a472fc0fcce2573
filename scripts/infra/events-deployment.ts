/** Outputs of infra/main.bicep, which azd keeps in its environment, and the parameters of infra/events.bicep that they are. */
const PARAMETERS = {
  environmentName: "AZURE_ENV_NAME",
  functionAppId: "AZURE_FUNCTION_ID",
  storageId: "DRYDOCK_STORAGE_ID",
  actionGroupId: "DRYDOCK_ACTION_GROUP_ID",
} as const;

/**
 * Arguments for the Azure CLI that deploy infra/events.bicep. Throws Error that names what is not in the environment.
 *
 * @param environment azd's
 */
export function eventsDeployment(environment: Readonly<Record<string, string | undefined>>): string[] {
  const wanted = [...Object.values(PARAMETERS), "AZURE_LOCATION"];
  const missing = wanted.filter((name) => !environment[name]);
  if (missing.length > 0) throw new Error(`${missing.join(", ")}: not in the environment; run azd provision first`);
  const given = Object.entries(PARAMETERS).map(([parameter, name]) => `${parameter}=${environment[name]}`);
  return [
    ...["deployment", "sub", "create", "--output", "none"],
    ...["--name", `drydock-events-${environment.AZURE_ENV_NAME}`, "--location", environment.AZURE_LOCATION ?? ""],
    ...["--template-file", "infra/events.bicep", "--parameters", "clusters=@infra/clusters.json", ...given],
  ];
}
