import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { createOperatorApi } from "./api/operator-api.ts";
import { EventsView } from "./events/events-view.tsx";
import { FleetView } from "./fleet/fleet-view.tsx";
import { PlanForm } from "./plan/plan-form.tsx";
import { PlanPage } from "./plan/plan-page.tsx";
import { ReportPage } from "./report/report-page.tsx";
import { type Route, routeHref } from "./routing/route.ts";
import { useRoute } from "./routing/use-route.ts";
import { RunPage } from "./run/run-page.tsx";
import { RunsView } from "./runs/runs-view.tsx";
import { type ConsoleServices, ServicesContext } from "./session/console-services.ts";
import { KeyForm } from "./session/key-form.tsx";
import type { KeyStore } from "./session/key-store.ts";
import { useSession } from "./session/use-session.ts";
import { Shell } from "./shell/shell.tsx";
import { useTitle } from "./shell/use-title.ts";
import type { ServerClock } from "./time/server-clock.ts";

/** What the console is composed from. */
export interface AppProps {
  readonly keyStore: KeyStore;
  readonly clock: ServerClock;
  readonly send: typeof fetch;
}

/** The console: asks for a key, then shows the view that the address names. */
export function App({ keyStore, clock, send }: AppProps) {
  const session = useSession(keyStore);
  const route = useRoute();
  const [announcement, setAnnouncement] = useState("");
  const announce = useCallback((text: string) => setAnnouncement(text), []);
  const { key, refuse } = session;
  const { current: person } = useRef({ name: "" });
  const services = useMemo<ConsoleServices | undefined>(
    () =>
      key === undefined ? undefined : { api: createOperatorApi(key, send), clock, refuseKey: refuse, person, announce },
    [key, send, clock, refuse, person, announce],
  );
  if (!services) return <KeyForm refusal={session.refusal} onKey={session.open} />;
  return (
    <ServicesContext.Provider value={services}>
      <Shell route={route} announcement={announcement} onForgetKey={session.close}>
        <View route={route} />
      </Shell>
    </ServicesContext.Provider>
  );
}

function View({ route }: { readonly route: Route }) {
  const titles = { runs: "Runs", plan: "Plan", fleet: "Fleet", events: "Events", unknown: "No such view" };
  if (route.view === "run") return <RunPage key={route.id} id={route.id} />;
  if (route.view === "report") return <ReportPage key={route.id} id={route.id} />;
  if (route.view === "planned") return <PlanPage key={route.id} id={route.id} />;
  return <TitledView route={route} title={titles[route.view]} />;
}

function TitledView({ route, title }: { readonly route: Route; readonly title: string }) {
  useTitle(title);
  if (route.view === "runs") return <RunsView />;
  if (route.view === "plan") return <PlanForm />;
  if (route.view === "fleet") return <FleetView />;
  if (route.view === "events") return <EventsView />;
  return (
    <>
      <h1 tabIndex={-1}>No such view</h1>
      <p>
        The address names none. <a href={routeHref({ view: "runs" })}>All runs</a>
      </p>
    </>
  );
}
