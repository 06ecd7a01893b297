const MAX_CACHED = 65_536;
const cache = new Map<number, string>();

/** Text of an address given as four 32-bit words in network order: dotted for ::ffff:0:0/96, else RFC 5952. */
export function formatAddress(word0: number, word1: number, word2: number, word3: number): string {
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return formatIpv4(word3);
  return formatIpv6([word0, word1, word2, word3]);
}

function formatIpv4(word: number): string {
  const known = cache.get(word);
  if (known !== undefined) return known;
  if (cache.size >= MAX_CACHED) cache.clear();
  const text = `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  cache.set(word, text);
  return text;
}

/** RFC 5952 §4: no leading zeros, the longest run of two or more zero groups shortened, the first of equals, lower case. */
function formatIpv6(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(":");
  return `${hex.slice(0, bestStart).join(":")}::${hex.slice(bestStart + bestLength).join(":")}`;
}
