import { spell, UNSEEN } from "../../shared/visible-text.js";

/**
 * What the console sends, with characters that are not seen spelled out: a name that turns itself around must not pass for another. In
 * JSON they stand in strings only.
 */
export function parseVisible(json: string): unknown {
  return JSON.parse(json.replace(UNSEEN, (character) => `\\${spell(character)}`));
}
