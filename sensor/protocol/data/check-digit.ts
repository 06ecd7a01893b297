/** Check digits of numbers that are given to people, cards and accounts. Each takes the number as it stands, separators included. */

export function digitsOf(text: string): string {
  return text.replace(/[^0-9]/g, "");
}

/** ISO/IEC 7812-1 annex B. */
export function luhn(text: string): boolean {
  const digits = digitsOf(text);
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const weighted = at % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return digits.length > 1 && sum % 10 === 0 && !isOneDigit(digits);
}

/** Issuer ranges with the lengths their cards have. */
const ISSUERS: readonly (readonly [from: number, to: number, prefixDigits: number, lengths: readonly number[]])[] = [
  [4, 4, 1, [13, 16, 19]],
  [51, 55, 2, [16]],
  [2221, 2720, 4, [16]],
  [34, 34, 2, [15]],
  [37, 37, 2, [15]],
  [300, 305, 3, [14]],
  [36, 36, 2, [14]],
  [38, 39, 2, [14, 16]],
  [3528, 3589, 4, [16]],
  // JCB's older numbers, then UATP's.
  [2131, 2131, 4, [15]],
  [1, 1, 1, [15]],
  [6011, 6011, 4, [16, 19]],
  [644, 659, 3, [16, 19]],
  [62, 62, 2, [16, 17, 18, 19]],
  // UnionPay's second range; RuPay has it as well.
  [81, 81, 2, [16, 17, 18, 19]],
  [50, 50, 2, [12, 13, 14, 15, 16, 17, 18, 19]],
  [56, 58, 2, [12, 13, 14, 15, 16, 17, 18, 19]],
  [63, 63, 2, [12, 13, 14, 15, 16, 17, 18, 19]],
  [67, 67, 2, [12, 13, 14, 15, 16, 17, 18, 19]],
];

export function paymentCard(text: string): boolean {
  const digits = digitsOf(text);
  const isIssued = ISSUERS.some(([from, to, prefixDigits, lengths]) => {
    const prefix = Number(digits.slice(0, prefixDigits));
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
  return isIssued && luhn(digits);
}

/** ISO 13616: lengths by country, as the registry has them, and those of countries whose banks use the form without being registered. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 " +
    "FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 " +
    "LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 " +
    "SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 " +
    "AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** ISO 13616 over ISO/IEC 7064 mod 97-10: the first four characters go last, letters are 10 to 35. */
export function iban(text: string): boolean {
  const packed = text.replace(/[ -]/g, "").toUpperCase();
  if (IBAN_LENGTHS[packed.slice(0, 2)] !== packed.length) return false;
  let rest = 0;
  for (const character of packed.slice(4) + packed.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** SSA: no area 000, 666 or 9xx, no group 00, no serial 0000; 078-05-1120 stood on a specimen. */
export function usSsn(text: string): boolean {
  const digits = digitsOf(text);
  const area = digits.slice(0, 3);
  const isIssued = area !== "000" && area !== "666" && area < "900";
  return (
    digits.length === 9 &&
    isIssued &&
    digits.slice(3, 5) !== "00" &&
    digits.slice(5) !== "0000" &&
    digits !== "078051120"
  );
}

/** IRS: individuals without such a number have one that begins with 9 and has one of these groups. */
export function usItin(text: string): boolean {
  const digits = digitsOf(text);
  const group = Number(digits.slice(3, 5));
  const isGroup = group >= 50 && group <= 99 && ![66, 67, 68, 69, 89, 93].includes(group);
  return usSsn(text) || (digits.length === 9 && digits[0] === "9" && isGroup && digits.slice(5) !== "0000");
}

/** HMRC NIM39110: prefixes that are given out. */
export function ukNino(text: string): boolean {
  const prefix = text.slice(0, 2).toUpperCase();
  const isPair = /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]$/.test(prefix);
  return isPair && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].includes(prefix);
}

/** NHS data dictionary: weights 10 to 2, modulo 11. */
export function ukNhs(text: string): boolean {
  const digits = digitsOf(text);
  const check = (11 - (weigh(digits.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return digits.length === 10 && !isOneDigit(digits) && check === Number(digits[9]);
}

/** ISO/IEC 7064 mod 11,10; of the first ten digits one stands there twice or three times, all others once at most. */
export function deSteuerId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || digits[0] === "0") return false;
  const first = [...digits.slice(0, 10)];
  const repeated = new Set(first.filter((digit, at) => first.indexOf(digit) !== at));
  if (repeated.size !== 1 || new Set(first).size < 8) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits[10]);
}

/** Four digits that count up, from 0001 on. */
export function inPan(text: string): boolean {
  return text.slice(5, 9) !== "0000";
}

/** INSEE: the key is 97 less the number modulo 97; in Corsica 2A counts as 19, 2B as 18. */
export function frNir(text: string): boolean {
  const packed = text.replace(/[ .-]/g, "").toUpperCase().replace("2A", "19").replace("2B", "18");
  if (!/^[1-478]\d{14}$/.test(packed)) return false;
  return 97 - (Number(packed.slice(0, 13)) % 97) === Number(packed.slice(13));
}

/** The letter is the number modulo 23; X, Y and Z of foreigners count as 0, 1 and 2, K, L and M of who has no such number as 0. */
export function esDni(text: string): boolean {
  const packed = text.replace(/[ .-]/g, "").toUpperCase();
  const number = packed
    .slice(0, -1)
    .replace(/^[XKLM]/, "0")
    .replace("Y", "1")
    .replace("Z", "2");
  return /^\d{8}$/.test(number) && "TRWAGMYFPDXBNJZSQVHLCKE"[Number(number) % 23] === packed.at(-1);
}

/** Decreto ministeriale 23 dicembre 1976: what a character counts in an odd place, by its value as a digit or letter. */
const ODD_VALUES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export function itCodiceFiscale(text: string): boolean {
  const packed = text.toUpperCase();
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const code = packed.charCodeAt(at);
    const value = code >= 0x41 ? code - 0x41 : code - 0x30;
    sum += at % 2 === 0 ? ODD_VALUES[value] : value;
  }
  return packed.charCodeAt(15) - 0x41 === sum % 26;
}

/** The "eleven test": weights 9 to 2 and -1. Where the first digit is 0 it may be left out. */
export function nlBsn(text: string): boolean {
  const digits = digitsOf(text).padStart(9, "0");
  return digits.length === 9 && !isOneDigit(digits) && weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Verhoeff's tables: the dihedral group of the pentagon, and a permutation applied once more at each place. */
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

export function verhoeff(text: string): boolean {
  let check = 0;
  const digits = [...digitsOf(text)].reverse().map(Number);
  for (const [place, digit] of digits.entries()) {
    let permuted = digit;
    for (let times = 0; times < place % 8; times++) permuted = PERMUTATION[permuted];
    check = multiply(check, permuted);
  }
  return digits.length > 1 && check === 0;
}

/** In the dihedral group of order 10: below 5 turns, from 5 on reflections. */
function multiply(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5);
  return b < 5 ? 5 + ((a - b + 5) % 5) : (a - b + 10) % 5;
}

export function inAadhaar(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 12 && digits[0] >= "2" && verhoeff(digits);
}

export function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits[at] ?? 0), 0);
}

export function isOneDigit(digits: string): boolean {
  return digits === digits[0]?.repeat(digits.length);
}
