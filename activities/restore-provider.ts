import type { RestorePlaces, StepState } from "../domain/restore/long-step.ts";
import type { ActivityPorts } from "./ports.ts";

/** Makes a scratch cluster one that the provider's own controllers restore in; asked for twice, it is made once. */
export async function installProvider(ports: ActivityPorts, places: RestorePlaces): Promise<StepState<"provider">> {
  await ports.restore.installProvider(places);
  return { done: true, failure: null, retryAfterSeconds: 1, polls: 0, seen: null };
}
