import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { OperatorApi } from "../api/operator-api.ts";
import type { ServerClock } from "../time/server-clock.ts";

/** What every view works with once there is a key. */
export interface ConsoleServices {
  readonly api: OperatorApi;
  readonly clock: ServerClock;
  /** Takes note that the API refused the key: it is forgotten and asked for again. */
  refuseKey(status: number): void;
  /** Who sits here, as they last said; empty before. Kept as long as the page. */
  readonly person: { name: string };
  /** Tells screen readers of a change, once. */
  announce(text: string): void;
}

/** Gives the services to the views below. */
export const ServicesContext = createContext<ConsoleServices | undefined>(undefined);

/** The services of the view. Throws when it stands outside of their provider. */
export function useServices(): ConsoleServices {
  const services = useContext(ServicesContext);
  if (!services) throw new Error("A view stands outside of the console's services.");
  return services;
}
