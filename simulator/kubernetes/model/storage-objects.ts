import { z } from "zod";
import { claimSpec, nodeSelectorTerms, objectShape, phase } from "./objects.ts";

export const claimSchema = z.looseObject({ ...objectShape, spec: claimSpec, status: phase });

export const volumeSchema = z.looseObject({
  ...objectShape,
  spec: z.looseObject({
    storageClassName: z.string().optional(),
    persistentVolumeReclaimPolicy: z.string().optional(),
    claimRef: z
      .looseObject({ namespace: z.string().optional(), name: z.string().optional(), uid: z.string().optional() })
      .optional(),
    nodeAffinity: z.looseObject({ required: z.looseObject({ nodeSelectorTerms }).optional() }).optional(),
  }),
  status: phase,
});

export const storageClassSchema = z.looseObject({
  ...objectShape,
  provisioner: z.string(),
  reclaimPolicy: z.string().optional(),
  volumeBindingMode: z.string().optional(),
});

export type PersistentVolumeClaim = z.infer<typeof claimSchema>;
