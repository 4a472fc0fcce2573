import type { AgentPool } from "@azure/arm-containerservice";
import { RUN_TAG } from "../../domain/long-operation.ts";

/**
 * The pool that replaces another: everything its owner chose, and nothing that Azure reports or that would pin the old node
 * image (a snapshot in creationData). It is tagged with its run.
 *
 * @param version the version of Kubernetes that it gets; "" for that of the other one
 */
export function greenPool(blue: AgentPool, runId: string, version: string): AgentPool {
  const {
    id: _id,
    name: _name,
    type: _type,
    systemData: _systemData,
    eTag: _eTag,
    provisioningState: _provisioningState,
    powerState: _powerState,
    nodeImageVersion: _nodeImageVersion,
    currentOrchestratorVersion,
    creationData: _creationData,
    status: _status,
    virtualMachineNodesStatus: _virtualMachineNodesStatus,
    ...chosen
  } = blue;
  const chosenVersion = version || currentOrchestratorVersion || blue.orchestratorVersion;
  return {
    ...chosen,
    ...(chosenVersion === undefined ? {} : { orchestratorVersion: chosenVersion }),
    tags: { ...blue.tags, [RUN_TAG]: runId },
  };
}
