import { z } from "zod";
import type { OperationRecord } from "../azure/records.ts";
import { ArmError } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest } from "./arm-router.ts";
import { beginPut, resourceAt } from "./child-resources.ts";
import {
  acceptedConfiguration,
  type ConfigurationKind,
  configurationId,
  configurationRoutes,
} from "./kubernetes-configuration.ts";
import { checkFree, clusterOf } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const TYPE = "Microsoft.KubernetesConfiguration/extensions";

/** The extensions that can be had, with the namespace of their release. */
const NAMESPACES: Readonly<Record<string, string>> = {
  "microsoft.flux": "flux-system",
  "microsoft.dataprotection.kubernetes": "dataprotection-microsoft",
};

/** Azure Backup's extension needs to know where to put its backups; all of these, or it does not come up. */
const BACKUP_SETTINGS = [
  "configuration.backupStorageLocation.bucket",
  "configuration.backupStorageLocation.config.storageAccount",
  "configuration.backupStorageLocation.config.resourceGroup",
  "configuration.backupStorageLocation.config.subscriptionId",
];

const texts = z.record(z.string(), z.string()).nullish();

const extensionSchema = z.looseObject({
  identity: z.looseObject({ type: z.string() }).nullish(),
  properties: z.looseObject({
    extensionType: z.string(),
    autoUpgradeMinorVersion: z.boolean().default(true),
    releaseTrain: z.string().nullish(),
    version: z.string().nullish(),
    scope: z
      .looseObject({
        cluster: z.looseObject({ releaseNamespace: z.string().nullish() }).nullish(),
        namespace: z.looseObject({ targetNamespace: z.string().nullish() }).nullish(),
      })
      .nullish(),
    configurationSettings: texts,
    configurationProtectedSettings: texts,
  }),
});

const patchSchema = z.looseObject({
  properties: z
    .looseObject({
      autoUpgradeMinorVersion: z.boolean().optional(),
      releaseTrain: z.string().optional(),
      version: z.string().optional(),
      configurationSettings: texts,
      configurationProtectedSettings: texts,
    })
    .default({}),
});

const KIND: ConfigurationKind = {
  plural: "extensions",
  seconds: ({ azure }) => azure.settings.extensionSeconds,
  put,
  patch,
};

/** Cluster extensions: `microsoft.flux` and `microsoft.dataprotection.kubernetes`. */
export const EXTENSION_ROUTES = configurationRoutes(KIND);

/** Whether a cluster has an extension of this type that came up. */
export function hasExtension({ azure }: Pick<ArmRequest, "azure">, list: string, extensionType: string): boolean {
  return azure
    .resourcesIn(list)
    .some(
      ({ properties }) =>
        String(properties.extensionType).toLowerCase() === extensionType &&
        properties.provisioningState === "Succeeded",
    );
}

function put(request: ArmRequest): ArmAnswer {
  const { names } = request;
  const { identity, properties } = parseBody(extensionSchema, request.body);
  const id = configurationId(request, KIND);
  checkFree(request, clusterOf(request));
  const type = properties.extensionType.toLowerCase();
  const namespace = NAMESPACES[type];
  if (namespace === undefined) {
    const message = `Extension type ${properties.extensionType} is not registered in this region; there are ${Object.keys(NAMESPACES).join(" and ")}.`;
    throw new ArmError(400, "ExtensionTypeRegistrationGetFailed", message);
  }
  const taken = request.azure
    .resourcesIn(id.slice(0, id.lastIndexOf("/")))
    .find((other) => other.name !== names.name && String(other.properties.extensionType).toLowerCase() === type);
  if (taken) {
    const message = `An extension of type ${properties.extensionType} is already installed in the cluster, as ${taken.name}.`;
    throw new ArmError(400, "ExtensionTypeAlreadyInstalled", message);
  }
  const scope = properties.scope?.namespace
    ? { namespace: properties.scope.namespace }
    : { cluster: { releaseNamespace: properties.scope?.cluster?.releaseNamespace ?? namespace } };
  const kept = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
  const made = beginPut(
    request,
    {
      id,
      name: names.name ?? "",
      type: TYPE,
      ...(identity ? { extra: { identity } } : {}),
      properties: { releaseTrain: "Stable", ...kept, scope },
    },
    KIND.seconds(request),
  );
  failUnlessComplete(request, made.operation, type, properties.configurationSettings ?? {});
  const body = resourceBody(request.azure, made.record);
  return acceptedConfiguration(request, made.operation, { status: made.created ? 201 : 200, body });
}

function patch(request: ArmRequest): ArmAnswer {
  const { properties } = parseBody(patchSchema, request.body);
  const id = configurationId(request, KIND);
  const current = resourceAt(request, id);
  checkFree(request, clusterOf(request));
  const settings = { ...asTexts(current.properties.configurationSettings), ...properties.configurationSettings };
  const changed = { ...current.properties, ...properties, configurationSettings: settings };
  const { operation, record } = beginPut(request, { ...current, properties: changed }, KIND.seconds(request));
  return acceptedConfiguration(request, operation, { status: 202, body: resourceBody(request.azure, record) });
}

function asTexts(value: unknown): Record<string, string> {
  return z.record(z.string(), z.string()).safeParse(value).data ?? {};
}

/** An extension whose settings are not complete is accepted, and does not come up. */
function failUnlessComplete(
  { azure }: ArmRequest,
  operation: OperationRecord,
  type: string,
  settings: Readonly<Record<string, string>>,
): void {
  if (type !== "microsoft.dataprotection.kubernetes" || operation.fault) return;
  const missing = BACKUP_SETTINGS.filter((name) => (settings[name] ?? "") === "");
  if (missing.length === 0) return;
  const message = `The extension operation failed with the following error: Error: [ InnerError: [Helm installation failed : missing configuration ${missing.join(", ")} : Recommendation Please contact Microsoft support for further inquiries : InnerError [release azure-aks-backup failed, and has been uninstalled due to atomic being set: context deadline exceeded]]] occurred while doing the operation : [Create] on the config`;
  azure.operations.put(operation.id, {
    ...operation,
    fault: { kind: "fail", code: "ExtensionOperationFailed", message },
  });
}
