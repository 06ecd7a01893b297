/**
 * Characters that are not seen but change how the text around them is read: marks of direction, of no width, C1 controls. Written
 * literally here they would do so in this file.
 */
export const UNSEEN = /[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const UNSEEN_OR_CONTROL = new RegExp(`${UNSEEN.source}|[\\u0000-\\u001f\\u007f]|\\p{Cs}`, "gu");

/** Text from the wire as it may stand in a document: what moves, hides or turns around is spelled out as `\u202E`. */
export function visible(text: string): string {
  return text.replace(UNSEEN_OR_CONTROL, spell);
}

/** At most so many characters, the last of them telling that there were more. */
export function shortened(text: string, maxLength: number): string {
  const characters = Array.from(text);
  return characters.length <= maxLength ? text : `${characters.slice(0, maxLength - 1).join("")}…`;
}

export function spell(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
