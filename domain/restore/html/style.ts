/** How a report looks on light and dark screens, on a phone and on paper. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --page: #f4f6f8; --surface: #fff; --text: #19222d; --muted: #536071; --border: #d3d9e1;
  --good: #19703e; --bad: #b3261e; --warning: #855700; --idle: #566273; --bar: #1b5a96;
  font: 14px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { :root { --page: #0f141a; --surface: #171d25; --text: #e2e8ef; --muted: #9dabba;
  --border: #2e3946; --good: #68cf90; --bad: #ff9188; --warning: #e6c15c; --idle: #9dabba; --bar: #84bdf3; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--page); color: var(--text); }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
section { background: var(--surface); border: 1px solid var(--border); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
p { margin: .25rem 0; } .muted { color: var(--muted); }
table { border-collapse: collapse; width: 100%; margin: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--border);
  overflow-wrap: anywhere; }
td.number, th.number { text-align: right; } .wide { overflow-x: auto; }
.verdict { font-weight: 700; } .good { color: var(--good); } .bad { color: var(--bad); } .warning { color: var(--warning); }
.idle { color: var(--idle); }
pre { margin: .25rem 0; padding: .5rem; overflow: auto; max-height: 24rem; border: 1px solid var(--border);
  background: var(--page); white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; }
code { font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: currentColor; }
svg rect { fill: currentColor; } svg .track { color: var(--border); } svg .fill { color: var(--bar); }
svg line { stroke: currentColor; }
@media print { :root { color-scheme: light; --page: #fff; --surface: #fff; --text: #000; --muted: #333; --border: #999; }
  body { max-width: none; padding: 0; } section { border: 0; padding: 0; } tr, svg, pre { break-inside: avoid; }
  pre { max-height: none; } details::details-content { content-visibility: visible; block-size: auto; } }
`;
