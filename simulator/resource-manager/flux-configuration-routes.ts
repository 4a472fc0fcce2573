import { z } from "zod";
import { clusterId } from "../azure/resource-id.ts";
import { ArmError, invalidParameter } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest } from "./arm-router.ts";
import { beginPut, resourceAt } from "./child-resources.ts";
import { hasExtension } from "./extension-routes.ts";
import {
  acceptedConfiguration,
  type ConfigurationKind,
  configurationId,
  configurationRoutes,
} from "./kubernetes-configuration.ts";
import { clusterOf } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const TYPE = "Microsoft.KubernetesConfiguration/fluxConfigurations";

const seconds = z.number().int().positive().nullish();

const kustomizationSchema = z.looseObject({
  path: z.string().default(""),
  dependsOn: z.array(z.string()).nullish(),
  timeoutInSeconds: seconds,
  syncIntervalInSeconds: seconds,
  retryIntervalInSeconds: seconds,
  prune: z.boolean().default(false),
  force: z.boolean().default(false),
  wait: z.boolean().default(true),
  postBuild: z.looseObject({}).nullish(),
});

const gitSchema = z.looseObject({
  url: z.string().min(1),
  timeoutInSeconds: seconds,
  syncIntervalInSeconds: seconds,
  repositoryRef: z
    .looseObject({
      branch: z.string().nullish(),
      tag: z.string().nullish(),
      semver: z.string().nullish(),
      commit: z.string().nullish(),
    })
    .nullish(),
});

const propertiesSchema = z.looseObject({
  scope: z.enum(["cluster", "namespace"]).default("cluster"),
  namespace: z.string().default("default"),
  sourceKind: z.enum(["GitRepository", "Bucket", "AzureBlob"]).default("GitRepository"),
  suspend: z.boolean().default(false),
  gitRepository: gitSchema.nullish(),
  kustomizations: z.record(z.string(), kustomizationSchema.nullable()).default({}),
});

const fluxSchema = z.looseObject({ properties: propertiesSchema });
const patchSchema = z.looseObject({ properties: propertiesSchema.partial().loose().default({}) });

type FluxProperties = z.infer<typeof propertiesSchema>;

const KIND: ConfigurationKind = {
  plural: "fluxConfigurations",
  seconds: ({ azure }) => azure.settings.resourceSeconds,
  put,
  patch,
};

/** Flux configurations. How they stand in the cluster is told by `AzureModel.fluxStatus`. */
export const FLUX_CONFIGURATION_ROUTES = configurationRoutes(KIND);

function put(request: ArmRequest): ArmAnswer {
  const { properties } = parseBody(fluxSchema, request.body);
  const id = configurationId(request, KIND);
  const extensions = `${clusterId(clusterOf(request))}/providers/Microsoft.KubernetesConfiguration/extensions`;
  if (!hasExtension(request, extensions, "microsoft.flux")) {
    const message =
      "The microsoft.flux extension is not installed in the cluster. Install it before creating a Flux configuration.";
    throw new ArmError(400, "ExtensionNotInstalled", message);
  }
  check(properties);
  const resource = { id, name: request.names.name ?? "", type: TYPE, properties: complete(properties) };
  const { operation, created, record } = beginPut(request, resource, KIND.seconds(request));
  const body = resourceBody(request.azure, record);
  return acceptedConfiguration(request, operation, { status: created ? 201 : 200, body });
}

function patch(request: ArmRequest): ArmAnswer {
  const current = resourceAt(request, configurationId(request, KIND));
  const asked = z.record(z.string(), z.unknown()).parse(parseBody(patchSchema, request.body).properties);
  const sent = sentMembers(request.body);
  const changes = Object.fromEntries(Object.entries(asked).filter(([name]) => sent.has(name)));
  const merged = propertiesSchema.parse({ ...current.properties, ...changes });
  check(merged);
  const resource = { ...current, properties: complete(merged) };
  const { operation, record } = beginPut(request, resource, KIND.seconds(request));
  return acceptedConfiguration(request, operation, { status: 202, body: resourceBody(request.azure, record) });
}

/** What the body itself holds: a default that a schema adds must not overwrite. */
function sentMembers(body: unknown): Set<string> {
  const parsed = z.looseObject({ properties: z.looseObject({}).default({}) }).safeParse(body);
  return new Set(Object.keys(parsed.data?.properties ?? {}));
}

function check({ sourceKind, gitRepository, kustomizations }: FluxProperties): void {
  if (sourceKind === "GitRepository" && !gitRepository) {
    throw invalidParameter("properties.gitRepository is required for sourceKind GitRepository.");
  }
  for (const [name, kustomization] of Object.entries(kustomizations)) {
    const missing = kustomization?.dependsOn?.find((other) => !(other in kustomizations));
    if (missing !== undefined) {
      throw invalidParameter(`The kustomization ${name} depends on ${missing}, which the configuration does not have.`);
    }
  }
}

/** Fills in what the service shows of what was left out. */
function complete(properties: FluxProperties): Record<string, unknown> {
  const kustomizations = Object.entries(properties.kustomizations).flatMap(([name, asked]) =>
    asked === null
      ? []
      : [[name, { dependsOn: [], timeoutInSeconds: 600, syncIntervalInSeconds: 600, ...asked, name }] as const],
  );
  const git = properties.gitRepository;
  return {
    ...properties,
    ...(git ? { gitRepository: { timeoutInSeconds: 600, syncIntervalInSeconds: 600, ...git } } : {}),
    kustomizations: Object.fromEntries(kustomizations),
  };
}
