import { spell, UNSEEN } from "../../shared/visible-text.js";

/**
 * What the console sends, with characters that are not seen spelled out: a name that turns itself around must not pass for another. In
 * JSON they stand in strings only.
 */
export function parseVisible(json: string): unknown {
  const spelled = json.replace(UNSEEN, (character) => `\\${spell(character)}`);
  return JSON.parse(spelled.replace(CONTROLS, (mark) => (mark === "\\\\" ? mark : `\\${mark}`)));
}

/** Controls as JSON writes them, but for those that lay out a text; an escaped backslash is passed over whole. */
const CONTROLS = /\\\\|\\(?:u00[01][0-9a-f]|[bf])/gi;
