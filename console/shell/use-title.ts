import { useEffect } from "preact/hooks";

/** Names the tab. */
export function useTitle(text: string): void {
  useEffect(() => {
    document.title = `${text} · Drydock`;
  }, [text]);
}
