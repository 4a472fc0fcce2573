import type { z } from "zod";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import { refusal } from "../drain/api-failure.ts";
import type { ApiAnswer, ApiCall, KubernetesTransport } from "../drain/transport.ts";
import { kubernetesFailure } from "../kubernetes-failure.ts";

/** Questions to the API server of a cluster that a restore test looks into. */
export interface ClusterApi {
  /** Throws DrydockError for every status that is not fine; `what` is as in `list the pods of shop`. */
  ask(call: ApiCall, what: string, fine: readonly number[]): Promise<ApiAnswer>;
  /** What came back, or why nothing did. */
  tryAsk(call: ApiCall): Promise<ApiAnswer | string>;
}

/** The API of the cluster of that name. */
export function clusterApi(name: string, transport: KubernetesTransport): ClusterApi {
  return {
    async ask(call, what, fine) {
      const asked = `${what} in ${name}`;
      try {
        const answer = await transport.ask(call);
        if (!fine.includes(answer.status)) throw refusal(answer, asked);
        return answer;
      } catch (error) {
        throw kubernetesFailure(error, asked);
      }
    },
    async tryAsk(call) {
      try {
        return await transport.ask(call);
      } catch (error) {
        return kubernetesFailure(error, `ask ${name}`).failure.message;
      }
    },
  };
}

/** Reads an answer. Throws DrydockError, Invalid, for one that is not as expected. */
export function readAnswer<T>(schema: z.ZodType<T>, { text }: ApiAnswer, what: string): T {
  const parsed = schema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.map(String).join(".") || "the whole answer";
  throw new DrydockError(terminal("Invalid", `could not ${what}: the answer is not as expected (${place})`));
}

/** A JSON text's value; undefined for what is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
