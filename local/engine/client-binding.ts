/** Where a host's durable management API is reached. */
export interface DurableEndpoints {
  /** Public base, such as `http://127.0.0.1:7071/runtime/webhooks/durabletask`; needs the system key. */
  readonly baseUrl: string;
  /** System key of the extension. */
  readonly systemKey: string;
  /** Base of the listener without keys on loopback, ending in a slash. */
  readonly rpcBaseUrl: string;
  readonly taskHub: string;
}

/** Name under which the storage connection appears in management URLs. */
const CONNECTION = "Storage";

/** Management URLs of an instance; with the placeholder `INSTANCEID`, the templates that clients fill in. */
export function managementUrls(endpoints: DurableEndpoints, instanceId: string): Record<string, string> {
  const query = `taskHub=${endpoints.taskHub}&connection=${CONNECTION}&code=${endpoints.systemKey}`;
  const instance = `${endpoints.baseUrl}/instances/${instanceId === "INSTANCEID" ? instanceId : encodeURIComponent(instanceId)}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
  };
}

/** What a `durableClient` input binding delivers to a function, as JSON text. */
export function durableClientBinding(endpoints: DurableEndpoints): string {
  const code = `code=${endpoints.systemKey}`;
  const create = `${endpoints.baseUrl}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: endpoints.taskHub,
    creationUrls: {
      createNewInstancePostUri: `${create}?${code}`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${code}`,
    },
    managementUrls: managementUrls(endpoints, "INSTANCEID"),
    baseUrl: endpoints.baseUrl,
    requiredQueryStringParameters: code,
    rpcBaseUrl: endpoints.rpcBaseUrl,
  });
}
