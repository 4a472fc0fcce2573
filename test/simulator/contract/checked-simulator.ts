import { createSimulator, type Simulator, type SimulatorOptions } from "../../../simulator/simulator.ts";
import { createContract } from "./contract.ts";

/**
 * As `createSimulator`, but every answer, and every event that it sends, is compared with the references: closing it fails
 * with an Error that names what did not agree.
 */
export async function createCheckedSimulator(options: SimulatorOptions): Promise<Simulator> {
  const contract = createContract(options.send);
  const simulator = await createSimulator({ ...options, inspect: contract.inspect, send: contract.send });
  return {
    ...simulator,
    async close() {
      await simulator.close();
      contract.verify();
    },
  };
}
