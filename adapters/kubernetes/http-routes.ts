import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { DrydockError, terminal, transient } from "../../domain/errors.ts";
import { isSameWeights, type RouteFacts, type TrafficPolicy, type Weights, weightsOf } from "../../domain/traffic.ts";
import { refusal } from "./drain/api-failure.ts";
import { serverOf } from "./drain/client-server.ts";
import { type ApiAnswer, type ApiCall, openTransport } from "./drain/transport.ts";
import { kubernetesFailure } from "./kubernetes-failure.ts";

const API = "/apis/gateway.networking.k8s.io/v1";
/** Who a change says it is from (metadata.managedFields). */
const FIELD_MANAGER = "drydock";
/** A backend without a weight has this one (Gateway API, HTTPBackendRef). */
const DEFAULT_WEIGHT = 1;

const backendShape = z.looseObject({
  name: z.string(),
  kind: z.string().nullish(),
  namespace: z.string().nullish(),
  weight: z.number().nullish(),
});
const ruleShape = z.looseObject({ backendRefs: z.array(backendShape).nullish() });
const routeShape = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  spec: z.object({ rules: z.array(ruleShape).nullish() }).nullish(),
});
type Route = z.infer<typeof routeShape>;
type Backend = z.infer<typeof backendShape>;

const slicesShape = z.object({
  items: z
    .array(
      z.object({
        endpoints: z.array(z.object({ conditions: z.object({ ready: z.boolean().nullish() }).nullish() })).nullish(),
      }),
    )
    .nullish(),
});

/** A change of a route's weights. */
export interface WeightChange {
  readonly policy: TrafficPolicy;
  readonly to: Weights;
  /** What the weights may be now; others are somebody else's doing. */
  readonly expected: readonly Weights[];
}

/** The HTTPRoutes of one cluster. Every call throws DrydockError. */
export interface HttpRoutes {
  /** Null for a route, or a Gateway API, that is not there. */
  read(route: string): Promise<RouteFacts | null>;
  /** Gives the services of a route their weights; a route that has them is left as it is. */
  setWeights(change: WeightChange): Promise<void>;
  /** Endpoints of a service that are ready. */
  readyEndpoints(namespace: string, service: string): Promise<number>;
  close(): void;
}

/** Opens a cluster's HTTPRoutes; nothing is sent yet. */
export function openHttpRoutes(cluster: string, config: KubeConfig): HttpRoutes {
  const transport = openTransport(serverOf(config));

  async function ask(call: ApiCall, what: string): Promise<ApiAnswer> {
    try {
      return await transport.ask(call);
    } catch (error) {
      throw kubernetesFailure(error, `${what} of ${cluster}`);
    }
  }

  async function get(route: string): Promise<Route | null> {
    const what = `read HTTPRoute ${route}`;
    const answer = await ask({ method: "GET", path: pathOf(route) }, what);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw refusal(answer, `${what} of ${cluster}`);
    return parsed(routeShape, answer, `${what} of ${cluster}`);
  }

  return {
    async read(route) {
      const found = await get(route);
      return found && factsOf(found, route);
    },
    async setWeights({ policy, to, expected }) {
      const { route } = policy;
      const found = await get(route);
      const what = `change the weights of HTTPRoute ${route}`;
      if (found === null) throw new DrydockError(terminal("NotFound", `could not ${what} of ${cluster}: it is gone`));
      const now = weightsOf(factsOf(found, route), policy);
      if (now.kind === "clear" && isSameWeights(now.weights, to)) return;
      if (now.kind === "unclear" || !expected.some((weights) => isSameWeights(weights, now.weights))) {
        const seen = now.kind === "unclear" ? now.why : `${now.weights.blue}/${now.weights.green} is nothing of ours`;
        const message = `could not ${what} of ${cluster}: somebody else changed it (${seen})`;
        throw new DrydockError(terminal("Conflict", message));
      }
      const body = bodyOf(found, policy, to);
      const path = `${pathOf(route)}?fieldManager=${FIELD_MANAGER}`;
      const answer = await ask({ method: "PATCH", path, body, contentType: "application/merge-patch+json" }, what);
      if (answer.status === 409) {
        throw new DrydockError(transient("Conflict", `could not ${what} of ${cluster}: it changed meanwhile`, 1));
      }
      if (answer.status !== 200) throw refusal(answer, `${what} of ${cluster}`);
    },
    async readyEndpoints(namespace, service) {
      const what = `list the endpoints of service ${namespace}/${service}`;
      const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`;
      const answer = await ask({ method: "GET", path }, what);
      if (answer.status !== 200) throw refusal(answer, `${what} of ${cluster}`);
      const { items } = parsed(slicesShape, answer, `${what} of ${cluster}`);
      // An endpoint that does not say whether it is ready counts as ready (discovery/v1, EndpointConditions).
      return (items ?? [])
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false).length;
    },
    close: () => transport.close(),
  };
}

function pathOf(route: string): string {
  const [namespace = "", name = ""] = route.split("/");
  return `${API}/namespaces/${namespace}/httproutes/${name}`;
}

function factsOf({ spec }: Route, route: string): RouteFacts {
  const home = route.split("/")[0];
  return {
    rules: (spec?.rules ?? []).map(({ backendRefs }) =>
      (backendRefs ?? []).map((backend) => ({
        name: nameOf(backend, home),
        weight: backend.weight ?? DEFAULT_WEIGHT,
      })),
    ),
  };
}

/** What is no service of the route's own namespace is none of the two, whatever its name. */
function nameOf({ name, kind, namespace }: Backend, home: string | undefined): string {
  if ((kind ?? "Service") !== "Service") return `${kind} ${name}`;
  return (namespace ?? home) === home ? name : `${namespace}/${name}`;
}

/** Rules are a list that is replaced as a whole: they go back as they were read, and only onto what was read. */
function bodyOf({ metadata, spec }: Route, { blue, green }: TrafficPolicy, to: Weights) {
  const weightFor: Readonly<Record<string, number>> = { [blue]: to.blue, [green]: to.green };
  const rules = (spec?.rules ?? []).map((rule) => {
    const names = (rule.backendRefs ?? []).map(({ name }) => name);
    if (!names.includes(blue)) return rule;
    const backendRefs = rule.backendRefs?.map((backend) => ({ ...backend, weight: weightFor[backend.name] }));
    return { ...rule, backendRefs };
  });
  return { metadata: { resourceVersion: metadata.resourceVersion }, spec: { rules } };
}

function parsed<T>(shape: z.ZodType<T>, { text }: ApiAnswer, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const place = read.error.issues[0]?.path.map(String).join(".") || "the whole answer";
  throw new DrydockError(terminal("Invalid", `could not ${what}: the answer is not as expected (${place})`));
}
