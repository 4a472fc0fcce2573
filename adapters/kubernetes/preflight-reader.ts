import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { BudgetFacts, PodFacts } from "../../domain/drain/facts.ts";
import { DrydockError, terminal } from "../../domain/errors.ts";
import type { NodeCapacity, SchedulingFacts, VolumeFacts } from "../../domain/preflight/placement/scheduling-facts.ts";
import type { CertificateFacts, DeprecatedApi, FluxObject } from "../../domain/preflight/readings.ts";
import { throwIfMistake } from "../mistake.ts";
import { nodeCapacity, volumeFacts } from "./capacity-facts.ts";
import { clusterCertificates } from "./certificates.ts";
import { deprecatedRequests } from "./deprecated-requests.ts";
import { refusal } from "./drain/api-failure.ts";
import { serverOf } from "./drain/client-server.ts";
import { readBudget, readPod } from "./drain/object-shapes.ts";
import { type ApiAnswer, openTransport } from "./drain/transport.ts";
import { budgetFacts, podFacts } from "./facts.ts";
import { deprecatedInventory, FLUX_LISTS, fluxObject } from "./flux-facts.ts";
import { kubernetesFailure } from "./kubernetes-failure.ts";
import { schedulingFacts } from "./scheduling-facts.ts";

/** Objects of a page, as kubectl asks for them. */
const PAGE_SIZE = 500;

/** A pod as a preflight sees it, but for its pool. */
export type ReadPod = PodFacts & { readonly scheduling: SchedulingFacts };

/** What Flux runs, and what it has applied in versions that are going away. */
export interface FluxFacts {
  readonly objects: readonly FluxObject[];
  readonly deprecated: readonly DeprecatedApi[];
}

/** What a preflight reads of one cluster's Kubernetes API: each list once, page by page. Every call throws DrydockError. */
export interface PreflightReader {
  nodes(): Promise<NodeCapacity[]>;
  pods(): Promise<ReadPod[]>;
  budgets(): Promise<BudgetFacts[]>;
  /** PersistentVolumes that are claimed. */
  volumes(): Promise<VolumeFacts[]>;
  /** Empty for a cluster without Flux. */
  flux(): Promise<FluxFacts>;
  /** From the API server's metrics. */
  deprecatedRequests(): Promise<DeprecatedApi[]>;
  certificates(): Promise<CertificateFacts[]>;
  /** Ends the connections. */
  close(): void;
}

const pageShape = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()).nullish(),
});
const nameShape = z.object({ metadata: z.object({ name: z.string() }) });

/** Opens a cluster for a preflight; nothing is sent yet. */
export function openPreflightReader(name: string, config: KubeConfig): PreflightReader {
  const transport = openTransport(serverOf(config));

  async function get(path: string, what: string): Promise<ApiAnswer> {
    try {
      return await transport.ask({ method: "GET", path });
    } catch (error) {
      throw kubernetesFailure(error, `read the ${what} of ${name}`);
    }
  }

  async function list<T>(path: string, what: string, read: (item: unknown) => T): Promise<T[]> {
    const found: T[] = [];
    let token: string | undefined;
    do {
      const more = token === undefined ? "" : `&continue=${encodeURIComponent(token)}`;
      const answer = await get(`${path}?limit=${PAGE_SIZE}${more}`, what);
      if (answer.status !== 200) throw refusal(answer, `read the ${what} of ${name}`);
      const page = parsed(answer.text, what, name);
      found.push(...parsedItems(page.items ?? [], what, name, read));
      token = page.metadata?.continue || undefined;
    } while (token !== undefined);
    return found;
  }

  async function flux(): Promise<FluxFacts> {
    const objects: FluxObject[] = [];
    const deprecated: DeprecatedApi[] = [];
    const lists = await Promise.all(
      FLUX_LISTS.map(async ({ kind, path }) => {
        try {
          return await list(path, `${kind} objects`, (item) => ({ object: fluxObject(kind, item), item }));
        } catch (error) {
          // The API of what is not installed is not there.
          if (error instanceof DrydockError && error.failure.code === "NotFound") return [];
          throw error;
        }
      }),
    );
    for (const { object, item } of lists.flat()) {
      objects.push(object);
      if (object.kind === "Kustomization") deprecated.push(...deprecatedInventory(item));
    }
    return { objects, deprecated };
  }

  return {
    nodes: () => list("/api/v1/nodes", "nodes", nodeCapacity),
    pods: () =>
      list("/api/v1/pods", "pods", (item) => ({
        ...podFacts(readPod(item)),
        scheduling: schedulingFacts(item, nameShape.parse(item).metadata.name),
      })),
    budgets: () =>
      list("/apis/policy/v1/poddisruptionbudgets", "PodDisruptionBudgets", (item) => budgetFacts(readBudget(item))),
    volumes: async () => (await list("/api/v1/persistentvolumes", "PersistentVolumes", volumeFacts)).flat(),
    flux,
    async deprecatedRequests() {
      const answer = await get("/metrics", "API server's metrics");
      if (answer.status !== 200) throw refusal(answer, `read the API server's metrics of ${name}`);
      return deprecatedRequests(answer.text);
    },
    certificates: () => clusterCertificates(config),
    close: () => transport.close(),
  };
}

function parsed(text: string, what: string, name: string): z.infer<typeof pageShape> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const page = pageShape.safeParse(value);
  if (page.success) return page.data;
  throw new DrydockError(terminal("Invalid", `the list of ${what} of ${name} is no list`));
}

/** One object that cannot be read spoils the list: what a rule has not seen it must not pass. */
function parsedItems<T>(items: readonly unknown[], what: string, name: string, read: (item: unknown) => T): T[] {
  try {
    return items.map(read);
  } catch (error) {
    throwIfMistake(error);
    const mistake = error instanceof z.core.$ZodError ? error.issues[0] : undefined;
    const place = mistake ? `${mistake.path.map(String).join(".")}: ${mistake.message}` : "it cannot be read";
    throw new DrydockError(terminal("Invalid", `one of the ${what} of ${name} is not as expected (${place})`), {
      cause: error,
    });
  }
}
