/** Texts that one question is remembered of, and their length: words are short, and values of all lengths come but once. */
const MAX_TEXTS = 2_048;
const MAX_LENGTH = 40;

/**
 * What `of` answers by a text alone, remembered: the same few words are compared with each new one again and again. Bounded by starting over.
 */
export function remembered<Answer extends boolean | number | readonly string[]>(
  of: (text: string) => Answer,
): (text: string) => Answer {
  const known = new Map<string, Answer>();
  return (text) => {
    if (text.length > MAX_LENGTH) return of(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = of(text);
    if (known.size >= MAX_TEXTS) known.clear();
    // A copy: a part cut from a path would keep the whole of it in memory.
    known.set(Buffer.from(text).toString(), answer);
    return answer;
  };
}
