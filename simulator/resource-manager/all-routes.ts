import { INSTANCE_ROUTES } from "../backup/instance-routes.ts";
import { BACKUP_JOB_ROUTES } from "../backup/job-routes.ts";
import { VAULT_ROUTES } from "../backup/vault-routes.ts";
import type { ArmRoute } from "./arm-router.ts";
import { CAPACITY_ROUTES } from "./capacity-routes.ts";
import { CLUSTER_ROUTES } from "./cluster-routes.ts";
import { EXTENSION_ROUTES } from "./extension-routes.ts";
import { FLUX_CONFIGURATION_ROUTES } from "./flux-configuration-routes.ts";
import { GRAPH_ROUTES } from "./graph/graph-routes.ts";
import { OPERATION_ROUTES } from "./long-running.ts";
import { MAINTENANCE_ROUTES } from "./maintenance-routes.ts";
import { POOL_ROUTES } from "./pool-routes.ts";
import { RESOURCE_GROUP_ROUTES } from "./resource-group-routes.ts";
import { ROLE_ASSIGNMENT_ROUTES } from "./role-assignment-routes.ts";
import { STORAGE_ACCOUNT_ROUTES } from "./storage-account-routes.ts";
import { SUBSCRIPTION_ROUTES } from "./subscription-routes.ts";
import { TRUSTED_ACCESS_ROUTES } from "./trusted-access-routes.ts";

/** Everything that Resource Manager answers here. To add an operation is to add a row; to add a provider, a list. */
export const ARM_ROUTES: readonly ArmRoute[] = [
  ...CLUSTER_ROUTES,
  ...POOL_ROUTES,
  // Before the operations of everybody else, whose paths fit those of backups, too.
  ...BACKUP_JOB_ROUTES,
  ...OPERATION_ROUTES,
  ...MAINTENANCE_ROUTES,
  ...TRUSTED_ACCESS_ROUTES,
  ...EXTENSION_ROUTES,
  ...FLUX_CONFIGURATION_ROUTES,
  ...VAULT_ROUTES,
  ...INSTANCE_ROUTES,
  ...RESOURCE_GROUP_ROUTES,
  ...STORAGE_ACCOUNT_ROUTES,
  ...CAPACITY_ROUTES,
  ...SUBSCRIPTION_ROUTES,
  ...GRAPH_ROUTES,
  ...ROLE_ASSIGNMENT_ROUTES,
];
