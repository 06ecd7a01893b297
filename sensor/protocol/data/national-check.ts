import { digitsOf, isOneDigit, luhn, weigh } from "./check-digit.js";

/**
 * Check digits of numbers that states give to persons, by what each issuing authority has published, and the dates in them. Each takes the
 * number as it stands, separators included.
 */

const LONG_MONTHS = 31;
const SHORT_MONTHS: readonly number[] = [4, 6, 9, 11];

/** Whether there is such a day: of a year its last two digits are enough, since centuries with and without a leap day are not told. */
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2) return day <= (year % 4 === 0 ? 29 : 28);
  return day <= (SHORT_MONTHS.includes(month) ? 30 : LONG_MONTHS);
}

function pair(digits: string, at: number): number {
  return Number(digits.slice(at, at + 2));
}

/** The check digit 11 less the weighted sum modulo 11, of which 11 is 0; 10 is none. */
function complement(digits: string, weights: readonly number[]): number {
  return (11 - (weigh(digits, weights) % 11)) % 11;
}

/** Receita Federal, Instrução Normativa 1.548/2015: two digits, each of all before it with weights that end in 2. Zeros in front may lack. */
export function brCpf(text: string): boolean {
  const digits = digitsOf(text).padStart(11, "0");
  if (digits.length !== 11 || isOneDigit(digits)) return false;
  return [9, 10].every((length) => {
    const weights = Array.from({ length }, (_, at) => length + 1 - at);
    return complement(digits, weights) % 10 === Number(digits[length]);
  });
}

/** Autoridade Tributária, Decreto-Lei 14/2013: persons have 1, 2 or 3 first, or 45 where they live elsewhere. */
export function ptNif(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^([123]|45)/.test(digits) || isOneDigit(digits)) return false;
  return digits.length === 9 && complement(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 10 === Number(digits[8]);
}

/** Ministerstwo Cyfryzacji, ustawa o ewidencji ludności art. 15: the month has 80 more of who was born before 1900, 20 more since 2000. */
export function plPesel(text: string): boolean {
  const digits = digitsOf(text);
  const month = pair(digits, 2);
  const added = [80, 20].find((more) => month > more) ?? 0;
  if (digits.length !== 11 || !isDay(pair(digits, 0), month - added, pair(digits, 4))) return false;
  return weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Arrêté royal du 3 avril 1984: 97 less the rest of nine digits, with a 2 before them since 2000. Of a month that is not known days are counted on. */
export function beNationalNumber(text: string): boolean {
  const digits = digitsOf(text);
  const month = pair(digits, 2) % 20;
  if (digits.length !== 11 || month > 12 || (month > 0 && pair(digits, 4) > LONG_MONTHS)) return false;
  return ["", "2"].some((before) => 97 - (Number(before + digits.slice(0, 9)) % 97) === pair(digits, 9));
}

/** Skatteverket SKV 704: Luhn's over ten digits; a coordination number has 60 added to the day. */
export function sePersonnummer(text: string): boolean {
  const digits = digitsOf(text).slice(-10);
  const day = pair(digits, 4);
  return digits.length === 10 && isDay(pair(digits, 0), pair(digits, 2), day > 60 ? day - 60 : day) && luhn(digits);
}

/** Skatteetaten, folkeregisterforskriften §2-2-1: D-numbers add 40 to the day, others that are not of persons born there 40, 65 or 80 to the month. */
export function noFodselsnummer(text: string): boolean {
  const digits = digitsOf(text);
  const day = pair(digits, 0);
  const month = pair(digits, 2);
  const added = [80, 65, 40].find((more) => month > more) ?? 0;
  if (digits.length !== 11 || !isDay(pair(digits, 4), month - added, day > 40 ? day - 40 : day)) return false;
  if (!isNorwegianCentury(pair(digits, 4), Number(digits.slice(6, 9)))) return false;
  const first = complement(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2]);
  return first === Number(digits[9]) && complement(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) === Number(digits[10]);
}

/** Of serials from 500 on only some were given out for each century. */
function isNorwegianCentury(year: number, serial: number): boolean {
  return serial < 500 || year < 40 || serial >= 900 || (serial < 750 && year >= 54);
}

/** CPR-kontoret: since 2007 numbers without a right check digit are given out, so that the date is all there is to see. */
export function dkCpr(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 10 && isDay(pair(digits, 4), pair(digits, 2), pair(digits, 0)) && !digits.endsWith("0000");
}

/** Digi- ja väestötietovirasto: the character is the nine digits modulo 31. */
export function fiHetu(text: string): boolean {
  const packed = text.toUpperCase();
  const digits = packed.slice(0, 6) + packed.slice(7, 10);
  if (!isDay(pair(digits, 4), pair(digits, 2), pair(digits, 0)) || Number(packed.slice(7, 10)) < 2) return false;
  return "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === packed[10];
}

/** Department of Social Protection: weights 8 to 2, and 9 for the second letter that numbers since 2013 have; older ones, of wives, do not count. */
export function iePps(text: string): boolean {
  const packed = text.replace(/[ -]/g, "").toUpperCase();
  const second = packed.charCodeAt(8) - 0x40;
  const sum = weigh(packed.slice(0, 7), [8, 7, 6, 5, 4, 3, 2]) + (second >= 1 && second <= 9 ? second * 9 : 0);
  return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] === packed[7];
}

/** Dachverband der Sozialversicherungsträger: months from 13 on stand where a day's numbers had run out. */
export function atSvnr(text: string): boolean {
  const digits = digitsOf(text);
  const month = pair(digits, 6);
  if (digits.length !== 10 || digits[0] === "0") return false;
  if (!isDay(pair(digits, 8), month > 12 && month < 16 ? 1 : month, pair(digits, 4))) return false;
  return weigh(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(digits[3]);
}

/** Bundesamt für Sozialversicherungen, AHVV art. 133: EAN-13 behind Switzerland's 756. */
export function chAhv(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 13 || !digits.startsWith("756")) return false;
  return weigh(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** Employment and Social Development Canada: Luhn's; 8 first is of businesses. */
export function caSin(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 9 && digits[0] !== "8" && luhn(digits);
}

/** Australian Taxation Office: the weighted sum is a multiple of 11. */
export function auTfn(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length >= 8 && !isOneDigit(digits) && weigh(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** Services Australia: the ninth digit checks eight, the tenth counts cards, an eleventh tells who of those on it. */
export function auMedicare(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length < 10 || !/^[2-6]/.test(digits)) return false;
  return weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits[8]);
}

/** GB 11643-1999: ISO/IEC 7064 mod 11-2 behind region, day of birth and serial. */
export function cnResidentId(text: string): boolean {
  const packed = text.toUpperCase();
  const year = Number(packed.slice(6, 10));
  if (year < 1850 || year > 2099 || !isDay(year, pair(packed, 10), pair(packed, 12))) return false;
  return "10X98765432"[weigh(packed, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === packed[17];
}

/** Births since then, by 주민등록법 시행규칙 art. 2 of 2020-10-05, have six random digits behind sex and century; years and days alone. */
const RANDOM_SINCE = 201_005;
const RANDOM_UNTIL = 600_000;

/** 행정안전부: weights 2 to 9 and again; of foreigners (5 to 8) two more. */
export function krRrn(text: string): boolean {
  const digits = digitsOf(text);
  const kind = Number(digits[6]);
  if (digits.length !== 13 || !isDay(pair(digits, 0), pair(digits, 2), pair(digits, 4))) return false;
  const birth = Number(digits.slice(0, 6));
  if ([3, 4, 7, 8].includes(kind) && birth >= RANDOM_SINCE && birth < RANDOM_UNTIL) return true;
  const check = (11 - (weigh(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
  const isForeign = kind >= 5 && kind <= 8;
  return check === Number(digits[12]) || (isForeign && (check + 2) % 10 === Number(digits[12]));
}

/** Department of Home Affairs: Luhn's; citizen, permanent resident or refugee behind the serial. */
export function zaId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 13 || !isDay(pair(digits, 0), pair(digits, 2), pair(digits, 4))) return false;
  return digits[10] <= "2" && luhn(digits);
}

/** Nüfus ve Vatandaşlık İşleri: seven times the odd places less the even ones, then the sum of all ten. */
export function trTckn(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || digits[0] === "0") return false;
  const tenth = weigh(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]);
  const sum = weigh(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  return ((tenth % 10) + 10) % 10 === Number(digits[9]) && sum % 10 === Number(digits[10]);
}

/** RENAPO, DOF 2021-10-18: values by place in this alphabet, weights 18 to 2. */
const CURP_VALUES = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";

export function mxCurp(text: string): boolean {
  const packed = text.toUpperCase();
  if (!isDay(pair(packed, 4), pair(packed, 6), pair(packed, 8))) return false;
  let sum = 0;
  for (let at = 0; at < 17; at++) sum += CURP_VALUES.indexOf(packed[at]) * (18 - at);
  return (10 - (sum % 10)) % 10 === Number(packed[17]);
}

/** From here on to the next hundred million they are of companies. */
const CL_COMPANIES = 50_000_000;

/** Servicio de Registro Civil: weights 2 to 7 from the right, again and again. */
export function clRut(text: string): boolean {
  const packed = text.replace(/[ .-]/g, "").toUpperCase();
  const body = packed.slice(0, -1);
  if (isOneDigit(body) || (Number(body) >= CL_COMPANIES && Number(body) < 2 * CL_COMPANIES)) return false;
  const sum = weigh([...body].reverse().join(""), [2, 3, 4, 5, 6, 7, 2, 3, 4]);
  return "0K987654321"[sum % 11] === packed.at(-1);
}

/** ANSES and AFIP: persons have 20 and 23 to 27 first, companies 30 and more; what would be 10 is 9. */
export function arCuil(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || !/^2[0-7]/.test(digits)) return false;
  return Math.min(complement(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), 9) === Number(digits[10]);
}

/** Direcția pentru Evidența Persoanelor, HG 64/2011: counties, sectors of Bucharest and who came from elsewhere; a rest of 10 is written as 1. */
export function roCnp(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 13 || !isDay(pair(digits, 1), pair(digits, 3), pair(digits, 5))) return false;
  const county = pair(digits, 7);
  if (county === 0 || (county > 52 && county !== 70 && (county < 80 || county > 83))) return false;
  const rest = weigh(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return digits[0] !== "0" && (rest === 10 ? 1 : rest) === Number(digits[12]);
}

/** ГРАО, Наредба РД-02-20-9/2012: months have 20 more of who was born before 1900, 40 more since 2000. */
export function bgEgn(text: string): boolean {
  const digits = digitsOf(text);
  const month = pair(digits, 2);
  if (digits.length !== 10 || month > 52 || !isDay(pair(digits, 0), month % 20, pair(digits, 4))) return false;
  return (weigh(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(digits[9]);
}

/** Years of nine digits end before this; from the other on they are of the century before. */
const TEN_DIGITS_SINCE = 54;
const LAST_CENTURY_FROM = 80;

/** Zákon 133/2000 §13, in Slovakia 301/1995: a multiple of 11 since 1954, nine digits before; a rest of 10 was written as 0 until 1985. */
export function czRodneCislo(text: string): boolean {
  const digits = digitsOf(text);
  const month = pair(digits, 2) % 50;
  if (!isDay(pair(digits, 0), month > 20 ? month - 20 : month, pair(digits, 4))) return false;
  const year = pair(digits, 0);
  if (digits.length === 9) return (year < TEN_DIGITS_SINCE || year >= LAST_CENTURY_FROM) && !digits.endsWith("000");
  const rest = Number(digits.slice(0, 9)) % 11;
  return digits.length === 10 && rest % 10 === Number(digits[9]);
}

/** EVS 585:2007, in Lithuania VRM 1992: two rows of weights, the second where the first leaves 10. Lithuania's 9 is of who has no date. */
export function balticCode(text: string): boolean {
  const digits = digitsOf(text);
  const isDated = digits[0] === "9" || isDay(pair(digits, 1), pair(digits, 3), pair(digits, 5));
  if (digits.length !== 11 || !isDated) return false;
  const first = weigh(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const rest = first === 10 ? (weigh(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10 : first;
  return rest === Number(digits[10]);
}

/** Population and Immigration Authority: Luhn's over nine digits, of which zeros in front may lack. */
export function ilId(text: string): boolean {
  const digits = digitsOf(text).padStart(9, "0");
  return digits.length === 9 && luhn(digits);
}

/** 総務省令第85号 of 2014, art. 5: weights 2 to 7 from the right, then 2 to 6; what would be 10 or 11 is 0. */
export function jpMyNumber(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 12 || isOneDigit(digits)) return false;
  const check = complement(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
  return check % 10 === Number(digits[11]);
}

/** Letters by the rest, and what is added to the sum, of citizens (S, T) and foreigners (F, G, M) by when they came. */
const NRIC_LETTERS: Readonly<Record<string, readonly [letters: string, added: number]>> = {
  S: ["JZIHGFEDCBA", 0],
  T: ["JZIHGFEDCBA", 4],
  F: ["XWUTRQPNMLK", 0],
  G: ["XWUTRQPNMLK", 4],
  M: ["XWUTRQPNJLK", 3],
};

/** Immigration & Checkpoints Authority, M since 2022: weights 2, 7, 6, 5, 4, 3, 2. */
export function sgNric(text: string): boolean {
  const packed = text.toUpperCase();
  const [letters, added] = NRIC_LETTERS[packed[0]] ?? ["", 0];
  return letters[(weigh(packed.slice(1), [2, 7, 6, 5, 4, 3, 2]) + added) % 11] === packed[8];
}

/** กรมการปกครอง: weights 13 to 2; of 11 less the rest the last digit. */
export function thNationalId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 13 || isOneDigit(digits)) return false;
  return (11 - (weigh(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(digits[12]);
}

/** What each letter counts for, A first: 10 and on in the order in which counties were named. */
const TW_LETTERS = [
  10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
];

/** 內政部戶政司: the letter's two digits and nine more, weights 1 and 9 to 1. */
export function twNationalId(text: string): boolean {
  const packed = text.toUpperCase();
  const digits = `${TW_LETTERS[packed.charCodeAt(0) - 0x41]}${packed.slice(1)}`;
  return weigh(digits, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0;
}
