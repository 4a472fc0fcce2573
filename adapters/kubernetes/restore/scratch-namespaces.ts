import { z } from "zod";
import type { SourceVolume } from "../../../domain/restore/foreseen-limits.ts";
import type { FoundPolicy } from "../../../domain/restore/isolation.ts";
import type { KubernetesTransport } from "../drain/transport.ts";
import { type ClusterApi, clusterApi, readAnswer } from "./cluster-api.ts";

const PAGE_SIZE = 500;

const policySchema = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.unknown().optional(),
});

const volumeSchema = z.object({
  spec: z.object({
    claimRef: z.object({ namespace: z.string().nullish(), name: z.string().nullish() }).nullish(),
    csi: z.object({ driver: z.string(), volumeAttributes: z.record(z.string(), z.string()).nullish() }).nullish(),
    azureDisk: z.unknown().optional(),
    azureFile: z.unknown().optional(),
  }),
});

/** What a restore test asks of whole namespaces. Every call throws DrydockError. */
export interface ClusterNamespaces {
  /** Every NetworkPolicy. */
  policies(): Promise<FoundPolicy[]>;
  /** Every volume that a claim has. */
  volumes(): Promise<SourceVolume[]>;
  /** Deletes namespaces; what is not there is gone. Answers those that are still there. */
  remove(names: readonly string[]): Promise<string[]>;
}

/** The namespaces of the cluster of that name. */
export function clusterNamespaces(name: string, transport: KubernetesTransport): ClusterNamespaces {
  const api = clusterApi(name, transport);
  return {
    async policies() {
      const found = await listAll(api, "/apis/networking.k8s.io/v1/networkpolicies", policySchema, "NetworkPolicies");
      return found.map(({ metadata, spec }) => ({ ...metadata, spec }));
    },
    async volumes() {
      const found = await listAll(api, "/api/v1/persistentvolumes", volumeSchema, "volumes");
      return found.flatMap(({ spec }) => {
        const { namespace, name: claim } = spec.claimRef ?? {};
        return namespace && claim ? [{ claim: `${namespace}/${claim}`, kind: kindOf(spec) }] : [];
      });
    },
    async remove(names) {
      const left: string[] = [];
      for (const one of names) {
        const path = `/api/v1/namespaces/${one}`;
        const call = { method: "DELETE", path: `${path}?propagationPolicy=Background` } as const;
        // 409: it is being deleted already.
        await api.ask(call, `delete namespace ${one}`, [200, 202, 404, 409]);
        const { status } = await api.ask({ method: "GET", path }, `look at namespace ${one}`, [200, 404]);
        if (status === 200) left.push(one);
      }
      return left;
    },
  };
}

async function listAll<T>(api: ClusterApi, path: string, schema: z.ZodType<T>, what: string): Promise<T[]> {
  const pageSchema = z.object({
    metadata: z.object({ continue: z.string().nullish() }).nullish(),
    items: z.array(schema).nullish(),
  });
  const asked = `list the ${what}`;
  const found: T[] = [];
  let token = "";
  do {
    const more = token === "" ? "" : `&continue=${encodeURIComponent(token)}`;
    const answer = await api.ask({ method: "GET", path: `${path}?limit=${PAGE_SIZE}${more}` }, asked, [200]);
    const page = readAnswer(pageSchema, answer, asked);
    found.push(...(page.items ?? []));
    token = page.metadata?.continue ?? "";
  } while (token !== "");
  return found;
}

/** By the driver that makes a volume's snapshots; Premium SSD v2 disks are snapshotted otherwise than disks. */
function kindOf({ csi, azureDisk, azureFile }: z.infer<typeof volumeSchema>["spec"]): SourceVolume["kind"] {
  const sku = Object.entries(csi?.volumeAttributes ?? {}).find(([key]) => /^(skuname|storageaccounttype)$/i.test(key));
  if (csi?.driver === "disk.csi.azure.com") return /^PremiumV2/i.test(sku?.[1] ?? "") ? "azure-disk-v2" : "azure-disk";
  if (csi?.driver === "file.csi.azure.com" || azureFile !== undefined) return "azure-file";
  return azureDisk === undefined ? "other" : "azure-disk";
}
