/**
 * Characters that are not seen but change how the text around them is read: marks of direction, of no width, C1 controls. Written
 * literally here they would do so in this file.
 */
const UNSEEN = /[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * What the console sends, with such characters spelled out: a name that turns itself around must not pass for another. In JSON
 * they stand in strings only.
 */
export function parseVisible(json: string): unknown {
  return JSON.parse(json.replace(UNSEEN, spell));
}

function spell(character: string): string {
  return `\\\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
