/** On paper as on a screen, in the light as in the dark. */
export const HTML_STYLE = `
:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; min-width: 45%; font-size: 13px; }
th { text-align: left; border-bottom: 2px solid currentColor; padding: .3rem .6rem .3rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid #8884; padding: .25rem .6rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
th.number { text-align: right; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.critical, .high, .cleartext { color: #b3261e; font-weight: 600; }
.medium, .mixed, .unknown { color: #8a5a00; font-weight: 600; }
.mtls { color: #1b6e3c; font-weight: 600; }
@media (prefers-color-scheme: dark) {
  .critical, .high, .cleartext { color: #ff8a80; } .medium, .mixed, .unknown { color: #ffcc66; } .mtls { color: #7bd88f; }
}
@media print {
  body { margin: 0; max-width: none; font-size: 10pt; } table { font-size: 8.5pt; }
  thead { display: table-header-group; } tr { break-inside: avoid; } h2 { break-after: avoid; }
}
`;
