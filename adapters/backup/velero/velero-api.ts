import { z } from "zod";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import { refusal } from "../../kubernetes/drain/api-failure.ts";
import type { ApiCall, KubernetesTransport } from "../../kubernetes/drain/transport.ts";
import { kubernetesFailure } from "../../kubernetes/kubernetes-failure.ts";

const GROUP = "/apis/velero.io/v1";
const PAGE_SIZE = 500;

const text = z.string().nullish();
const names = z.array(z.string()).nullish();

/** What is read of Velero's objects; one schema for all of its kinds, whose members do not contradict each other. */
const objectSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
  spec: z
    .object({
      default: z.boolean().nullish(),
      storageLocation: text,
      paused: z.boolean().nullish(),
      includedNamespaces: names,
      excludedNamespaces: names,
      snapshotVolumes: z.boolean().nullish(),
      template: z
        .object({
          storageLocation: text,
          includedNamespaces: names,
          excludedNamespaces: names,
          snapshotVolumes: z.boolean().nullish(),
        })
        .nullish(),
    })
    .nullish(),
  status: z
    .object({
      phase: text,
      message: text,
      startTimestamp: text,
      completionTimestamp: text,
      expiration: text,
      failureReason: text,
      validationErrors: names,
      errors: z.number().nullish(),
      warnings: z.number().nullish(),
      progress: z
        .object({
          totalItems: z.number().nullish(),
          itemsRestored: z.number().nullish(),
          itemsBackedUp: z.number().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type VeleroObject = z.infer<typeof objectSchema>;

const pageSchema = z.object({
  metadata: z.object({ continue: text }).nullish(),
  items: z.array(objectSchema).nullish(),
});

/** Velero's kinds, as their URLs name them. */
export type VeleroPlural = "backups" | "restores" | "schedules" | "backupstoragelocations";

/** Velero's objects in one cluster. Every call throws DrydockError. */
export interface VeleroApi {
  /** Of every namespace; undefined when the cluster has no Velero. */
  list(plural: VeleroPlural): Promise<VeleroObject[] | undefined>;
  /** Undefined when it is not there. */
  find(plural: VeleroPlural, namespace: string, name: string): Promise<VeleroObject | undefined>;
  /** Makes it; one that is there already is the same. */
  make(
    plural: VeleroPlural,
    object: { readonly metadata: { readonly namespace: string; readonly name: string } },
  ): Promise<void>;
}

/** Velero's objects, through a transport to the cluster of that name. */
export function veleroApi(cluster: string, transport: KubernetesTransport): VeleroApi {
  async function ask(call: ApiCall, asked: string, fine: readonly number[]) {
    try {
      const answer = await transport.ask(call);
      if (!fine.includes(answer.status)) throw refusal(answer, asked);
      return answer;
    } catch (error) {
      throw kubernetesFailure(error, asked);
    }
  }
  return {
    async list(plural) {
      const asked = `list the ${plural} of Velero in ${cluster}`;
      const found: VeleroObject[] = [];
      let token = "";
      do {
        const more = token === "" ? "" : `&continue=${encodeURIComponent(token)}`;
        const call: ApiCall = { method: "GET", path: `${GROUP}/${plural}?limit=${PAGE_SIZE}${more}` };
        const answer = await ask(call, asked, [200, 404]);
        if (answer.status === 404) return undefined;
        const page = parsed(pageSchema, answer.text, asked);
        found.push(...(page.items ?? []));
        token = page.metadata?.continue ?? "";
      } while (token !== "");
      return found;
    },
    async find(plural, namespace, name) {
      const asked = `read ${namespace}/${name} of Velero's ${plural} in ${cluster}`;
      const path = `${GROUP}/namespaces/${namespace}/${plural}/${name}`;
      const answer = await ask({ method: "GET", path }, asked, [200, 404]);
      return answer.status === 404 ? undefined : parsed(objectSchema, answer.text, asked);
    },
    async make(plural, object) {
      const { namespace, name } = object.metadata;
      const path = `${GROUP}/namespaces/${namespace}/${plural}`;
      const asked = `make ${namespace}/${name} of Velero's ${plural} in ${cluster}`;
      await ask({ method: "POST", path, body: object }, asked, [200, 201, 202, 409]);
    },
  };
}

function parsed<T>(schema: z.ZodType<T>, answer: string, asked: string): T {
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path.map(String).join(".") || "the whole answer";
  throw new DrydockError(terminal("Invalid", `could not ${asked}: the answer is not as expected (${place})`));
}
