import type { FleetRule } from "./fleet-rule.ts";
import { chartVersionNotPinned } from "./rules/chart-version.ts";
import {
  gatewayMissing,
  ingressClassMissing,
  priorityClassMissing,
  serviceAccountMissing,
  storageClassMissing,
} from "./rules/classes.ts";
import {
  addOnNeeded,
  customResourceBeforeDefinition,
  definitionMissing,
  dependencyWithoutWait,
} from "./rules/custom-resources.ts";
import { dependencyCycle } from "./rules/dependency-cycle.ts";
import { appliedTwice, fluxApiGoing, kubernetesApiRemoved } from "./rules/flux-api.ts";
import { imageTagMutable, registryNotAttached } from "./rules/images.ts";
import { dependencyMissing, healthCheckMissing, sourceMissing } from "./rules/missing-flux-references.ts";
import { namespaceLater, namespaceMissing, namespaceNotSet } from "./rules/namespaces.ts";
import {
  configMapMissing,
  encryptedWithoutDecryption,
  rootArtefact,
  secretInClear,
  secretMissing,
  secretsFromOutside,
} from "./rules/secrets.ts";
import {
  cronJobRuns,
  externalDns,
  imageAutomationPushes,
  productionIssuer,
  queueConsumer,
} from "./rules/side-effects.ts";
import {
  externalSource,
  fluxObjectInvalid,
  notRead,
  pathMissing,
  remoteBase,
  renderFailed,
  suspended,
  variableNotSet,
} from "./rules/unit-problems.ts";
import { webhookGatesItself } from "./rules/webhook-gates-itself.ts";
import { workloadIdentity } from "./rules/workload-identity.ts";

/** All checks of a cluster, in the order in which their findings are listed. */
export const CLUSTER_RULES: readonly FleetRule[] = [
  dependencyCycle,
  dependencyMissing,
  sourceMissing,
  pathMissing,
  renderFailed,
  fluxObjectInvalid,
  healthCheckMissing,
  definitionMissing,
  customResourceBeforeDefinition,
  namespaceMissing,
  namespaceNotSet,
  secretMissing,
  configMapMissing,
  encryptedWithoutDecryption,
  storageClassMissing,
  priorityClassMissing,
  serviceAccountMissing,
  ingressClassMissing,
  gatewayMissing,
  dependencyWithoutWait,
  namespaceLater,
  variableNotSet,
  notRead,
  remoteBase,
  externalSource,
  workloadIdentity,
  registryNotAttached,
  webhookGatesItself,
  rootArtefact,
  secretInClear,
  secretsFromOutside,
  chartVersionNotPinned,
  imageTagMutable,
  fluxApiGoing,
  kubernetesApiRemoved,
  appliedTwice,
  suspended,
  addOnNeeded,
  externalDns,
  imageAutomationPushes,
  cronJobRuns,
  queueConsumer,
  productionIssuer,
];
