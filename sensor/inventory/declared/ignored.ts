/** Which endpoints files are not asked about: `/healthz`, `GET /debug/*`; `*` stands for any characters. */
export function ignoredBy(entries: readonly string[]): (method: string, template: string) => boolean {
  const rules = entries.map((entry) => {
    const parts = /^(?:([A-Za-z]+) +)?(\/.*)$/.exec(entry.trim());
    return { method: parts?.[1]?.toUpperCase(), pieces: (parts?.[2] ?? "").split("*") };
  });
  return (method, template) =>
    rules.some((rule) => (rule.method === undefined || rule.method === method) && fits(template, rule.pieces));
}

function fits(text: string, pieces: readonly string[]): boolean {
  if (pieces.length === 1) return text === pieces[0];
  if (!text.startsWith(pieces[0])) return false;
  let at = pieces[0].length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const last = pieces[pieces.length - 1];
  return text.length - last.length >= at && text.endsWith(last);
}
