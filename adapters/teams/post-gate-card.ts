import type { Gate } from "../../domain/run-control.ts";
import { type GateRun, gateCard } from "./gate-card.ts";
import { postCard } from "./teams-webhook.ts";

/** Posts what a run asks of people. Throws DrydockError; the webhook's URL is in no error. */
export async function postGateCard(webhook: string, gate: Gate, run: GateRun): Promise<void> {
  await postCard(webhook, gateCard(gate, run));
}
