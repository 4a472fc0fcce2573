/** A refusal of Resource Manager or of the AKS resource provider. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  /** The AKS provider answers some failures without the `error` envelope around them. */
  readonly flat: boolean;

  constructor(status: number, code: string, message: string, options: { readonly flat?: boolean } = {}) {
    super(message);
    this.name = "ArmError";
    this.status = status;
    this.code = code;
    this.flat = options.flat ?? false;
  }

  /** The body of the answer. */
  toBody(): Record<string, unknown> {
    const { code, message } = this;
    return this.flat ? { code, details: null, message, subcode: "" } : { error: { code, message } };
  }
}

export function clusterNotFound(name: string, resourceGroup: string): ArmError {
  return resourceNotFound(`Microsoft.ContainerService/managedClusters/${name}`, resourceGroup);
}

export function poolNotFound(cluster: string, pool: string, resourceGroup: string): ArmError {
  return resourceNotFound(`Microsoft.ContainerService/managedClusters/${cluster}/agentPools/${pool}`, resourceGroup);
}

function resourceNotFound(resource: string, resourceGroup: string): ArmError {
  const message = `The Resource '${resource}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`;
  return new ArmError(404, "ResourceNotFound", message);
}

/** Another operation holds the cluster. */
export function operationInProgress(poolName: string, state: string): ArmError {
  const message = `Operation is not allowed: Another agentpool operation (${poolName} - ${state}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`;
  return new ArmError(409, "OperationNotAllowed", message, { flat: true });
}

export function invalidParameter(message: string): ArmError {
  return new ArmError(400, "InvalidParameter", message);
}
