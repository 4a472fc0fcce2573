import { html, raw } from "hono/html";

const STYLE = `
:root { color-scheme: light dark; --back: #f5f5f5; --card: #fff; --ink: #242424; --dim: #616161; --line: #d1d1d1;
  --accent: #4f52b2; --good: #0e700e; --warning: #8a4500; --attention: #b10e1c; --quiet: #f0f0f0; }
@media (prefers-color-scheme: dark) { :root { --back: #1f1f1f; --card: #292929; --ink: #fff; --dim: #adadad;
  --line: #525252; --accent: #a6a7f0; --good: #7cc47c; --warning: #fcbf7a; --attention: #f1909a; --quiet: #333; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 14px/1.5 "Segoe UI", system-ui, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 20px; margin: 0 0 16px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 0 0 16px;
  overflow-wrap: anywhere; }
header { margin-bottom: 12px; } time, .subtle, .empty { color: var(--dim); }
p { margin: 0 0 8px; } p.small { font-size: 12px; } p.medium { font-size: 16px; } p.large { font-size: 18px; }
p.extraLarge { font-size: 22px; line-height: 1.3; } .bolder { font-weight: 600; } .lighter { font-weight: 300; }
.mono { font-family: ui-monospace, monospace; } .good { color: var(--good); } .warning { color: var(--warning); }
.attention { color: var(--attention); } .accent { color: var(--accent); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 0 8px; }
dt { font-weight: 600; } dd { margin: 0; }
.columns { display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 8px; } .columns > div { flex: 1 1 0; min-width: 0; }
.columns > .auto { flex: 0 0 auto; }
.box { border-radius: 6px; padding: 8px 12px; margin-bottom: 8px; background: var(--quiet); border-left: 4px solid var(--line); }
.box.good { border-color: var(--good); } .box.warning { border-color: var(--warning); }
.box.attention { border-color: var(--attention); } .box.accent { border-color: var(--accent); }
.box.good, .box.warning, .box.attention, .box.accent { color: inherit; }
.separator { border-top: 1px solid var(--line); padding-top: 8px; }
table { border-collapse: collapse; width: 100%; margin-bottom: 8px; }
td, th { border: 1px solid var(--line); padding: 4px 8px; text-align: left; vertical-align: top; } td p, th p { margin: 0; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
a.button { border: 1px solid var(--line); border-radius: 4px; padding: 4px 12px; color: inherit; text-decoration: none;
  font-weight: 600; }
a.button:hover, a.button:focus-visible { border-color: var(--accent); color: var(--accent); }
a { color: var(--accent); } code { font-family: ui-monospace, monospace; }
`;

/** A whole page of the simulator: a heading and what is below it. */
export function page(title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - simulated Azure</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}
