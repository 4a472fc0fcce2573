const ITEM = "drydock.key";

/** Keeps the key for this tab, as long as it is open. */
export interface KeyStore {
  read(): string | undefined;
  write(key: string): void;
  forget(): void;
}

/**
 * Keeps the key in sessionStorage. Where a browser's policy forbids that, the key lives in memory only and is asked for again
 * after a reload.
 */
export function createKeyStore(storage: () => Storage): KeyStore {
  let kept: string | undefined;
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(storage());
    } catch {
      return undefined;
    }
  };
  return {
    read: () => kept ?? attempt((place) => place.getItem(ITEM)) ?? undefined,
    write(key) {
      kept = key;
      attempt((place) => place.setItem(ITEM, key));
    },
    forget() {
      kept = undefined;
      attempt((place) => place.removeItem(ITEM));
    },
  };
}
