import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Route, routeHref } from "../routing/route.ts";

const VIEWS = [
  { view: "runs", label: "Runs", holds: ["runs", "run", "report"] },
  { view: "plan", label: "Plan", holds: ["plan", "planned"] },
  { view: "fleet", label: "Fleet", holds: ["fleet"] },
  { view: "events", label: "Events", holds: ["events"] },
] as const satisfies ReadonlyArray<{ view: Route["view"]; label: string; holds: readonly Route["view"][] }>;

/** The frame around every view: its landmarks, the way to the others, and what is told to screen readers. */
export function Shell({
  route,
  announcement,
  onForgetKey,
  children,
}: {
  readonly route: Route;
  readonly announcement: string;
  readonly onForgetKey: () => void;
  readonly children: ComponentChildren;
}) {
  const main = useRef<HTMLElement>(null);
  useFocusOnChange(main, JSON.stringify(route));
  return (
    <>
      {/* Not a link: the part of the address after # names the view. */}
      <button type="button" class="skip" onClick={() => main.current?.querySelector("h1")?.focus()}>
        Skip to content
      </button>
      <header>
        <span class="brand">
          <img src="/console/icon.svg" alt="" width="20" height="20" />
          Drydock
        </span>
        <nav aria-label="Views">
          {VIEWS.map(({ view, label, holds }) => (
            <a
              key={view}
              href={routeHref({ view })}
              aria-current={(holds as readonly string[]).includes(route.view) ? "page" : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        <button type="button" class="quiet" onClick={onForgetKey}>
          Forget key
        </button>
      </header>
      <main ref={main}>{children}</main>
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  );
}

/** Puts the focus on the heading of a view that one has gone to; not on the first one, where it would surprise. */
function useFocusOnChange(main: { readonly current: HTMLElement | null }, where: string): void {
  const shown = useRef(where);
  useEffect(() => {
    if (shown.current === where) return;
    shown.current = where;
    main.current?.querySelector("h1")?.focus();
    window.scrollTo(0, 0);
  }, [where, main]);
}
