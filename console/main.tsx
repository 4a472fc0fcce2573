import { render } from "preact";
import { App } from "./app.tsx";
import { createKeyStore } from "./session/key-store.ts";
import { createServerClock } from "./time/server-clock.ts";

const place = document.getElementById("app");
if (!place) throw new Error("index.html has no element with the id app.");

const keyStore = createKeyStore(() => window.sessionStorage);
const clock = createServerClock(
  () => performance.now(),
  () => Date.now(),
);
render(<App keyStore={keyStore} clock={clock} send={(input, init) => window.fetch(input, init)} />, place);
