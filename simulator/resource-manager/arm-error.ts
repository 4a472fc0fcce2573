/** A refusal of Resource Manager or of a resource provider. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  /** The AKS provider answers some failures without the `error` envelope around them. */
  readonly flat: boolean;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { readonly flat?: boolean; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = "ArmError";
    this.status = status;
    this.code = code;
    this.flat = options.flat ?? false;
    this.headers = options.headers ?? {};
  }

  /** The body of the answer. */
  toBody(): Record<string, unknown> {
    const { code, message } = this;
    return this.flat ? { code, details: null, message, subcode: "" } : { error: { code, message } };
  }
}

/** `resource` is the type with its names, like Microsoft.ContainerService/managedClusters/prod. */
export function resourceNotFound(resource: string, resourceGroup: string): ArmError {
  const message = `The Resource '${resource}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`;
  return new ArmError(404, "ResourceNotFound", message);
}

export function groupNotFound(name: string): ArmError {
  return new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
}

/** Another operation holds the cluster; `poolName` is empty when it is one of the cluster's own. */
export function operationInProgress(poolName: string, state: string): ArmError {
  const what =
    poolName === "" ? `Another operation (${state})` : `Another agentpool operation (${poolName} - ${state})`;
  const message = `Operation is not allowed: ${what} is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`;
  return new ArmError(409, "OperationNotAllowed", message, { flat: true });
}

export function invalidParameter(message: string): ArmError {
  return new ArmError(400, "InvalidParameter", message);
}
