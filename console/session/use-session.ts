import { useCallback, useEffect, useState } from "preact/hooks";
import { keyInHash } from "./key.ts";
import type { KeyStore } from "./key-store.ts";

/** The key that the console works with, and how it comes and goes. */
export interface Session {
  readonly key: string | undefined;
  /** Why the last key was given up, if the API refused it. */
  readonly refusal: string | undefined;
  open(key: string): void;
  /** Gives the key up because the API refused it. */
  refuse(status: number): void;
  /** Gives the key up because one wants to. */
  close(): void;
}

/** Keeps the key for this tab. One that comes in the address is taken over and removed from there. */
export function useSession(store: KeyStore): Session {
  const [{ key, refusal }, setState] = useState<Pick<Session, "key" | "refusal">>(() => ({
    key: takeKeyFromAddress(store) ?? store.read(),
    refusal: undefined,
  }));
  useEffect(() => {
    const follow = () => {
      const taken = takeKeyFromAddress(store);
      if (taken !== undefined) setState({ key: taken, refusal: undefined });
    };
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [store]);
  const open = useCallback(
    (opened: string) => {
      store.write(opened);
      setState({ key: opened, refusal: undefined });
    },
    [store],
  );
  const refuse = useCallback(
    (status: number) => {
      store.forget();
      setState({ key: undefined, refusal: `The API refused the key (${status}).` });
    },
    [store],
  );
  const close = useCallback(() => {
    store.forget();
    setState({ key: undefined, refusal: undefined });
  }, [store]);
  return { key, refusal, open, refuse, close };
}

/** A key in the address goes to the store; neither the address bar nor the history keeps it. */
function takeKeyFromAddress(store: KeyStore): string | undefined {
  const key = keyInHash(location.hash);
  if (key === undefined) return undefined;
  store.write(key);
  history.replaceState(null, "", location.pathname + location.search);
  return key;
}
