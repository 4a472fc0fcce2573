import type { SimulatorOptions } from "../../../simulator/simulator.ts";
import { armMistakes } from "./arm-answers.ts";
import { deliveryMistakes } from "./event-deliveries.ts";
import { kubernetesMistakes } from "./kubernetes-answers.ts";
import { serviceMistakes } from "./service-answers.ts";

/** What the simulator has for itself, which no public interface describes. */
const OWN = /^\/(?:simulator\/|teams\/|api\/events$|oauth2\/|$)/;
const MOST_TOLD = 12;

/** Compares every answer of a simulator with what the references say of it. */
export interface Contract {
  /** To be given to the simulator. */
  readonly inspect: NonNullable<SimulatorOptions["inspect"]>;
  /** To be given to the simulator, too: carries what Event Grid sends, and compares it. */
  readonly send: NonNullable<SimulatorOptions["send"]>;
  /** How many JSON answers have been compared. */
  readonly compared: number;
  /** Throws an Error that names what did not agree; to be called when the test is over. */
  verify(): void;
}

/** @param send carries what Event Grid sends */
export function createContract(send: NonNullable<SimulatorOptions["send"]> = fetch): Contract {
  const violations = new Set<string>();
  let compared = 0;
  return {
    get compared() {
      return compared;
    },
    async inspect(request, response) {
      const url = new URL(request.url);
      const path = decodeURIComponent(url.pathname.replaceAll(/\/{2,}/g, "/"));
      // A watch has no end; its events are compared where they are read.
      if (OWN.test(path) || ["true", "1"].includes(url.searchParams.get("watch") ?? "")) return;
      const text = await textOf(response);
      const answer: SeenAnswer = { method: request.method, path, url, response, text };
      compared += 1;
      for (const mistake of mistakesOf(answer)) {
        violations.add(`${request.method} ${path} (${response.status}): ${mistake}`);
      }
    },
    async send(request) {
      const text = await request.clone().text();
      for (const mistake of deliveryMistakes(request.headers, text)) violations.add(`event delivery: ${mistake}`);
      return send(request);
    },
    verify() {
      if (violations.size === 0) return;
      const told = [...violations].slice(0, MOST_TOLD);
      throw new Error(`${violations.size} answers or events are not as the references have them:\n${told.join("\n")}`);
    },
  };
}

/** An answer, with its body as text where it is JSON. */
export interface SeenAnswer {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly response: Response;
  /** Empty for an answer without a body, undefined for one that is no JSON. */
  readonly text: string | undefined;
}

async function textOf(response: Response): Promise<string | undefined> {
  if (response.body === null || response.status === 204) return "";
  return response.headers.get("content-type")?.includes("json") === true ? response.clone().text() : undefined;
}

function mistakesOf(answer: SeenAnswer): string[] {
  const { method, path, response, text } = answer;
  if (/^\/(?:subscriptions|providers)(?:\/|$)/.test(path)) return armMistakes(answer);
  // Logs are text, and so is what Git and the registry's blobs are made of.
  if (text === undefined || text === "" || method === "HEAD") return [];
  const body: unknown = JSON.parse(text);
  const [, inCluster] = /^\/kubernetes\/[^/]+(\/.*)?$/.exec(path) ?? [];
  if (inCluster !== undefined) return kubernetesMistakes(method, inCluster, response.status, body);
  return serviceMistakes(path, response.status, body, response.headers) ?? ["there is no reference for this answer"];
}
