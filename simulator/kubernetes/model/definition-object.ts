import { z } from "zod";
import { condition, objectShape } from "./objects.ts";

const columnSchema = z.looseObject({
  name: z.string(),
  jsonPath: z.string(),
  type: z.string(),
  priority: z.number().optional(),
});

export const definitionSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({
    group: z.string(),
    scope: z.enum(["Namespaced", "Cluster"]),
    names: z.looseObject({
      plural: z.string(),
      kind: z.string(),
      singular: z.string().optional(),
      listKind: z.string().optional(),
      shortNames: z.array(z.string()).optional(),
      categories: z.array(z.string()).optional(),
    }),
    versions: z
      .array(
        z.looseObject({
          name: z.string(),
          served: z.boolean(),
          storage: z.boolean(),
          schema: z.looseObject({ openAPIV3Schema: z.record(z.string(), z.unknown()).optional() }).optional(),
          subresources: z.looseObject({ status: z.unknown().optional(), scale: z.unknown().optional() }).optional(),
          additionalPrinterColumns: z.array(columnSchema).optional(),
        }),
      )
      .min(1),
  }),
  status: z.looseObject({ conditions: z.array(condition).optional() }).optional(),
});

export type CustomResourceDefinition = z.infer<typeof definitionSchema>;
