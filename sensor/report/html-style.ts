/** On paper as on a screen, in the light as in the dark. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3c; --quiet: #5b6470; --line: #8884; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 2px solid currentColor; }
h3 { font-size: 1.1rem; margin-top: 1.8rem; } h4 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
a { color: inherit; } nav ul { columns: 2; } ul { margin: .2rem 0; padding-left: 1.2rem; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 45%; font-size: 13px; }
th { text-align: left; border-bottom: 2px solid currentColor; padding: .3rem .8rem .3rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0; vertical-align: top; }
td.long, table.facts td { overflow-wrap: anywhere; }
th.number { text-align: right; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.critical, .high, .cleartext, .gap-seen { color: var(--bad); font-weight: 600; }
.medium, .mixed, .unknown, .to-be-judged { color: var(--warn); font-weight: 600; }
.mtls, .no-gap-seen { color: var(--good); font-weight: 600; }
.not-seen, .not-observable, .note { color: var(--quiet); }
.status { font-size: .85rem; border: 1px solid currentColor; border-radius: 3px; padding: 0 .4rem; white-space: nowrap; }
table.facts { width: 100%; table-layout: fixed; }
table.facts th { width: 9rem; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 600; color: var(--quiet); }
dl.legend { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dl.legend dd { margin: 0; }
@media (prefers-color-scheme: dark) {
  :root { --bad: #ff8a80; --warn: #ffcc66; --good: #7bd88f; --quiet: #98a2ad; }
}
@page { size: A4; margin: 15mm 12mm; }
@media screen and (max-width: 640px) {
  body { margin: 1rem auto; } h1, h2, h3, h4, li, p, dd { overflow-wrap: anywhere; } div.wide td.long { min-width: 12rem; }
  nav ul { columns: 1; } table.facts th { width: 5.5rem; } dl.legend { display: block; } .status { white-space: normal; }
}
@media print {
  div.wide { overflow: visible; }
  :root { color-scheme: light; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3c; --quiet: #444; }
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt; } table { font-size: 8.5pt; width: 100%; }
  thead { display: table-header-group; } tr, h2, h3, h4 { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
  a { text-decoration: none; }
}
`;
