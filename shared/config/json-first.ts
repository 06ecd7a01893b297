/** JSON is YAML as well, and reading it as that takes thirty times as long or more. Undefined where it is not the one, or wrong. */
export function parsedJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Read as YAML it says where it is wrong.
    return undefined;
  }
}
