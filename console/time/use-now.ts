import { useEffect, useState } from "preact/hooks";
import { useServices } from "../session/console-services.ts";

const TICK_MS = 1_000;

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

/** One interval for all that shows time, and none while nothing does. */
function onTick(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    for (const tell of [...listeners]) tell();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** Draws the component again each second. */
export function useTick(): void {
  const [, draw] = useState(0);
  useEffect(() => onTick(() => draw((count) => count + 1)), []);
}

/** The server's time in milliseconds since the epoch, anew each second. */
export function useNowMs(): number {
  const { clock } = useServices();
  useTick();
  return clock.nowMs();
}
