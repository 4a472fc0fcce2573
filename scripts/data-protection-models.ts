/**
 * Writes adapters/backup/data-protection/models.ts from the published specification of Microsoft.DataProtection: what Drydock
 * reads of its answers as zod schemas, what it sends as types. Only the members named here are taken; one that the
 * specification does not have is an error. Run it after a change of the tables below or of the specification.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
}
type Schemas = Readonly<Record<string, Schema>>;

/** The members that are taken of a model. `Member:Model` says which of a base type's models is meant; `|` parts several. */
type Table = Readonly<Record<string, readonly string[]>>;

/** What is read, models before those that hold them. */
const ANSWERS: Table = {
  Error: ["code", "message"],
  UserFacingError: ["code", "message", "recommendedAction", "target"],
  UserFacingWarningDetail: ["resourceName", "warning"],
  Datasource: ["resourceID", "resourceLocation", "resourceName"],
  AzureOperationalStoreParameters: ["resourceGroupId"],
  KubernetesClusterBackupDatasourceParameters: ["includedNamespaces", "excludedNamespaces", "snapshotVolumes"],
  PolicyParameters: [
    "dataStoreParametersList:AzureOperationalStoreParameters",
    "backupDatasourceParametersList:KubernetesClusterBackupDatasourceParameters",
  ],
  PolicyInfo: ["policyId", "policyParameters"],
  BackupInstance: ["dataSourceInfo", "policyInfo", "currentProtectionState", "protectionErrorDetails"],
  BackupInstanceResource: ["id", "name", "properties"],
  BasePolicyRule: ["objectType", "name"],
  BackupPolicy: ["policyRules"],
  BaseBackupPolicyResource: ["name", "properties:BackupPolicy"],
  RecoveryPointDataStoreDetails: ["type", "state", "visible", "expiryTime"],
  AzureBackupDiscreteRecoveryPoint: ["recoveryPointTime", "recoveryPointState", "recoveryPointDataStoresDetails"],
  AzureBackupRecoveryPointResource: ["name", "properties:AzureBackupDiscreteRecoveryPoint"],
  RestoreJobRecoveryPointDetails: ["recoveryPointID", "recoveryPointTime"],
  JobSubTaskAdditionalDetails: [],
  JobSubTask: ["taskName", "taskStatus", "taskProgress", "additionalDetails"],
  JobExtendedInfo: ["recoveryDestination", "sourceRecoverPoint", "targetRecoverPoint", "subTasks", "warningDetails"],
  AzureBackupJob: ["backupInstanceId", "operation", "status", "startTime", "endTime", "errorDetails", "extendedInfo"],
  AzureBackupJobResource: ["id", "name", "properties"],
  OperationResource: ["status", "error"],
  OperationJobExtendedInfo: ["jobId"],
  DppIdentityDetails: ["principalId"],
  BackupVaultResource: ["identity"],
};

/** The answers whose types code names; of the others the schemas are enough. */
const NAMED = new Set([
  "AzureBackupJob",
  "AzureBackupRecoveryPointResource",
  "BackupInstanceResource",
  "UserFacingError",
]);

/** What is sent. */
const REQUESTS: Table = {
  NamespacedNameResource: ["name", "namespace"],
  KubernetesClusterRestoreCriteria: [
    "objectType",
    "includeClusterScopeResources",
    "includedNamespaces",
    "excludedNamespaces",
    "includedResourceTypes",
    "excludedResourceTypes",
    "labelSelectors",
    "persistentVolumeRestoreMode",
    "conflictPolicy",
    "namespaceMappings",
    "restoreHookReferences",
    "resourceModifierReference",
  ],
  KubernetesClusterVaultTierRestoreCriteria: [
    "objectType",
    "includeClusterScopeResources",
    "includedNamespaces",
    "excludedNamespaces",
    "includedResourceTypes",
    "excludedResourceTypes",
    "labelSelectors",
    "persistentVolumeRestoreMode",
    "conflictPolicy",
    "namespaceMappings",
    "restoreHookReferences",
    "resourceModifierReference",
    "stagingResourceGroupId",
    "stagingStorageAccountId",
  ],
  Datasource: [
    "datasourceType",
    "objectType",
    "resourceID",
    "resourceLocation",
    "resourceName",
    "resourceType",
    "resourceUri",
  ],
  ItemLevelRestoreTargetInfo: [
    "objectType",
    "recoveryOption",
    "restoreLocation",
    "datasourceInfo",
    "datasourceSetInfo:Datasource",
    "restoreCriteria:KubernetesClusterRestoreCriteria|KubernetesClusterVaultTierRestoreCriteria",
  ],
  AzureBackupRecoveryPointBasedRestoreRequest: [
    "objectType",
    "recoveryPointId",
    "sourceDataStoreType",
    "restoreTargetInfo:ItemLevelRestoreTargetInfo",
  ],
  ValidateRestoreRequestObject: ["restoreRequestObject:AzureBackupRecoveryPointBasedRestoreRequest"],
  AdhocBackupTriggerOption: ["retentionTagOverride"],
  AdHocBackupRuleOptions: ["ruleName", "triggerOption"],
  TriggerBackupRequest: ["backupRuleOptions"],
};

const ROOT = join(dirnameOf(import.meta.url), "..");
export const SPECIFICATION = join(ROOT, "test/simulator/contract/reference/dataprotection.openapi.json");
export const MODELS = join(ROOT, "adapters/backup/data-protection/models.ts");

/** The text of models.ts. Throws when a table names what the specification does not have. */
export function renderModels(specification: string): string {
  const { info, components } = JSON.parse(specification) as {
    info: { version: string };
    components: { schemas: Schemas };
  };
  const { schemas } = components;
  return [
    "// Generated by scripts/data-protection-models.ts from the specification of Microsoft.DataProtection; not written by hand.",
    'import { z } from "zod";',
    "",
    "/** The version of the service that the models below are of. */",
    `export const API_VERSION = "${info.version}";`,
    ...Object.entries(ANSWERS).map(([name, members]) => answer(schemas, name, members)),
    ...Object.entries(REQUESTS).map(([name, members]) => request(schemas, name, members)),
    "",
  ].join("\n");
}

/** Members that may be missing may be null, too: that is how the service answers. Its enumerations are open. */
function answer(schemas: Schemas, name: string, members: readonly string[]): string {
  const { properties, required } = flattened(schemas, name);
  const body = members.map((entry) => {
    const [member = "", model] = entry.split(":");
    const text = zodOf(schemas, memberOf(properties, name, member), model);
    return `  ${member}: ${text}${required.has(member) ? "" : ".nullish()"},\n`;
  });
  const isMap = members.length === 0;
  const schema = isMap ? "z.record(z.string(), z.string().nullish())" : `z.object({\n${body.join("")}})`;
  const type = `export type ${name} = z.infer<typeof ${schemaName(name)}>;`;
  return `\nexport const ${schemaName(name)} = ${schema};${NAMED.has(name) ? `\n${type}` : ""}`;
}

function request(schemas: Schemas, name: string, members: readonly string[]): string {
  const { properties, required } = flattened(schemas, name);
  const body = members.map((entry) => {
    const [member = "", model] = entry.split(":");
    const text = typeOf(schemas, memberOf(properties, name, member), model);
    return `  readonly ${member}${required.has(member) ? "" : "?"}: ${text};\n`;
  });
  return `\nexport interface ${requestName(name)} {\n${body.join("")}}`;
}

function memberOf(properties: Readonly<Record<string, Schema>>, name: string, member: string): Schema {
  const found = properties[member];
  if (!found) throw new Error(`the specification has no member ${member} of ${name}; see the tables of this script`);
  return found;
}

/** A model with what it inherits. */
function flattened(schemas: Schemas, name: string) {
  const schema = schemas[name];
  if (!schema) throw new Error(`the specification has no model ${name}; see the tables of this script`);
  const properties: Record<string, Schema> = {};
  const required = new Set<string>();
  const add = (part: Schema) => {
    const target = part.$ref === undefined ? part : schemas[modelOf(part.$ref)];
    for (const inherited of target?.allOf ?? []) add(inherited);
    Object.assign(properties, target?.properties);
    for (const member of target?.required ?? []) required.add(member);
  };
  add(schema);
  return { properties, required };
}

function zodOf(schemas: Schemas, schema: Schema, model?: string): string {
  if (schema.type === "array") return `z.array(${zodOf(schemas, schema.items ?? {}, model)})`;
  const reference = referenceOf(schema);
  if (reference !== undefined) return schemaName(known(model ?? reference, ANSWERS));
  if (schema.type === "boolean") return "z.boolean()";
  return schema.type === "integer" ? "z.number()" : "z.string()";
}

function typeOf(schemas: Schemas, schema: Schema, model?: string): string {
  if (schema.type === "array") {
    const item = typeOf(schemas, schema.items ?? {}, model);
    return item.includes("|") ? `ReadonlyArray<${item}>` : `readonly ${item}[]`;
  }
  const reference = referenceOf(schema);
  if (model !== undefined)
    return model
      .split("|")
      .map((one) => requestName(known(one, REQUESTS)))
      .join(" | ");
  if (reference !== undefined) {
    const isMap = schemas[reference]?.additionalProperties !== undefined;
    return isMap ? "Readonly<Record<string, string>>" : requestName(known(reference, REQUESTS));
  }
  if (schema.enum) return schema.enum.map((value) => `"${value}"`).join(" | ");
  return schema.type === "boolean" ? "boolean" : "string";
}

function known(model: string, table: Table): string {
  if (table[model] === undefined) throw new Error(`${model} is meant, and not in the table of this script`);
  return model;
}

/** The specification wraps references that have more to say in an `allOf` of one. */
function referenceOf({ $ref, allOf = [] }: Schema): string | undefined {
  const reference = $ref ?? allOf[0]?.$ref;
  return reference === undefined ? undefined : modelOf(reference);
}

function modelOf(reference: string): string {
  return reference.replace("#/components/schemas/", "");
}

function schemaName(model: string): string {
  return `${model.charAt(0).toLowerCase()}${model.slice(1)}Schema`;
}

/** A model that is both read and sent has another name as the latter. */
function requestName(model: string): string {
  return ANSWERS[model] === undefined ? model : `${model}Request`;
}

function dirnameOf(url: string): string {
  return fileURLToPath(new URL(".", url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(MODELS, renderModels(readFileSync(SPECIFICATION, "utf8")));
}
