import { z } from "zod";

const NAME = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?";
const serviceSchema = z.string().regex(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "expected the name of a service");

/** How the traffic of a route goes from one service to another while a pool is replaced. */
export const trafficSchema = z
  .strictObject({
    /** `namespace/name` of a Gateway API HTTPRoute. */
    route: z.string().regex(new RegExp(`^${NAME}/${NAME}$`), "expected namespace/name of an HTTPRoute"),
    /** The two services of the route; which of them carries the traffic now is seen from its weights. */
    blue: serviceSchema,
    green: serviceSchema,
    /** Shares in percent, of the service that carries the traffic and of the other one. */
    steps: z
      .array(z.string().regex(/^(100|[1-9]?\d)\/(100|[1-9]?\d)$/, "expected two shares, such as 90/10"))
      .min(1)
      .max(20)
      .default(["90/10", "50/50", "0/100"]),
    /** Wait after each step, in which the cluster is watched. */
    pauseMinutes: z.number().min(0).max(1440).default(5),
    /** The pool whose replacement moves the traffic; without it the first of a cluster that is replaced. */
    pool: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,11}$/, "expected the name of a pool")
      .optional(),
    /** Clusters that have the route; without it all. */
    clusters: z.array(z.string().min(1)).min(1).optional(),
  })
  .superRefine(({ steps, blue, green }, context) => {
    const mistake = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    const shares = steps.map(sharesOf);
    if (blue === green) mistake(["green"], "blue and green are the same service");
    if (shares.some(({ from, to }) => from + to !== 100)) mistake(["steps"], "the shares of a step add up to 100");
    if (shares.some(({ to }, index) => to <= (shares[index - 1]?.to ?? 0)))
      mistake(["steps"], "each step gives the second service more than the one before");
    if (shares.at(-1)?.to !== 100) mistake(["steps"], "the last step is 0/100: nothing may be left where nodes go");
  });
export type TrafficPolicy = z.infer<typeof trafficSchema>;

/** What the backends of a route's rule are, with their weights; of another kind than Service, or elsewhere, by that too. */
export interface RouteBackend {
  readonly name: string;
  readonly weight: number;
}

/** The rules of a route, in order. */
export interface RouteFacts {
  readonly rules: ReadonlyArray<readonly RouteBackend[]>;
}

/** The weights of a route's two services. */
export interface Weights {
  readonly blue: number;
  readonly green: number;
}

/** What the weights of a route are, or why that cannot be said. */
export type RouteWeights =
  | { readonly kind: "clear"; readonly weights: Weights }
  | { readonly kind: "unclear"; readonly why: string };

/** Reads the weights of two services off a route: every rule that names one has to name both, nothing else, and agree. */
export function weightsOf({ rules }: RouteFacts, { blue, green }: Pick<TrafficPolicy, "blue" | "green">): RouteWeights {
  let found: Weights | undefined;
  for (const [index, backends] of rules.entries()) {
    const unclear = (why: string): RouteWeights => ({ kind: "unclear", why: `its rule ${index + 1} ${why}` });
    const weightIn = (name: string) => backends.find((backend) => backend.name === name)?.weight;
    const [blueWeight, greenWeight] = [weightIn(blue), weightIn(green)];
    if (blueWeight === undefined && greenWeight === undefined) continue;
    if (blueWeight === undefined) return unclear(`names ${green} without ${blue}`);
    if (greenWeight === undefined) return unclear(`names ${blue} without ${green}`);
    const other = backends.find(({ name }) => name !== blue && name !== green);
    if (other || backends.length !== 2) return unclear(`names ${other?.name ?? "one of them twice"} beside the two`);
    if (found && (found.blue !== blueWeight || found.green !== greenWeight)) return unclear("has other weights");
    found = { blue: blueWeight, green: greenWeight };
  }
  return found ? { kind: "clear", weights: found } : { kind: "unclear", why: `no rule names ${blue} and ${green}` };
}

/** How traffic is moved. */
export interface TrafficPlan {
  readonly kind: "move";
  readonly original: Weights;
  /** The service to which the traffic goes. */
  readonly to: string;
  readonly steps: readonly Weights[];
}

/**
 * Plans how the traffic of a route goes to the service that has none now: after one upgrade that is blue, after the next green.
 * A route that serves both is in somebody's hands, and nothing is planned.
 */
export function planTraffic(
  policy: TrafficPolicy,
  route: RouteFacts,
): TrafficPlan | { readonly kind: "refused"; readonly why: string } {
  const seen = weightsOf(route, policy);
  if (seen.kind === "unclear") return { kind: "refused", why: seen.why };
  const { weights } = seen;
  const isForward = weights.green === 0;
  if (isForward === (weights.blue === 0)) {
    const why = `${policy.blue} has ${weights.blue} and ${policy.green} ${weights.green}: one of them has to have no traffic`;
    return { kind: "refused", why };
  }
  const steps = policy.steps.map(sharesOf).map(({ from, to }) => {
    return isForward ? { blue: from, green: to } : { blue: to, green: from };
  });
  return { kind: "move", original: weights, to: isForward ? policy.green : policy.blue, steps };
}

/** Whether two pairs of weights are the same. */
export function isSameWeights(left: Weights, right: Weights): boolean {
  return left.blue === right.blue && left.green === right.green;
}

/** Weights as a person reads them. */
export function weightText({ blue, green }: TrafficPolicy, weights: Weights): string {
  return `${blue} ${weights.blue}, ${green} ${weights.green}`;
}

/** What moves with the replacement of a pool: policies of the cluster that name the pool, or none when it is the first. */
export function trafficOfPool(
  policies: readonly TrafficPolicy[],
  replaced: ReadonlyArray<{ readonly name: string }>,
  pool: string,
): TrafficPolicy[] {
  return policies.filter((policy) => (policy.pool ?? replaced[0]?.name) === pool);
}

/** Policies that concern a cluster; nothing where there are none. */
export function trafficOfCluster(
  policies: readonly TrafficPolicy[],
  cluster: string,
): { readonly traffic?: readonly TrafficPolicy[] } {
  const traffic = policies.filter(({ clusters }) => clusters === undefined || clusters.includes(cluster));
  return traffic.length === 0 ? {} : { traffic };
}

function sharesOf(step: string): { readonly from: number; readonly to: number } {
  const [from = 0, to = 0] = step.split("/").map(Number);
  return { from, to };
}
