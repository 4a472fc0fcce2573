import { z } from "zod";
import { ok } from "./answers.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { getResource } from "./child-resources.ts";
import { groupOf } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const TYPE = "Microsoft.Storage/storageAccounts";
const ACCOUNT = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${TYPE}/{account}`;

/** Storage accounts: that they are there, and no more. They are made at once, and go with their group. */
export const STORAGE_ACCOUNT_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: ACCOUNT, handle: (request) => getResource(request, idOf(request)) },
  { method: "PUT", path: ACCOUNT, handle: put },
];

const accountSchema = z.looseObject({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string()).nullish(),
  sku: z.looseObject({ name: z.string() }),
  kind: z.string(),
  properties: z.looseObject({}).nullish(),
});

function put(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { location, tags, properties } = parseBody(accountSchema, request.body);
  const made = azure.putResource({
    ...{ id: idOf(request), name: names.account ?? "", type: TYPE, location, ...(tags ? { tags } : {}) },
    properties: { ...properties, provisioningState: "Succeeded" },
  });
  return ok(resourceBody(azure, made));
}

function idOf(request: ArmRequest): string {
  return `${groupOf(request).id}/providers/${TYPE}/${request.names.account}`;
}
