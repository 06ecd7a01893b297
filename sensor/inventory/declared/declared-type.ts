import type { DeclaredResponse } from "../../declared/declared-api.js";
import { MASK } from "../../protocol/message.js";
import { toldType } from "../endpoint/media-type.js";

/** Where a file speaks of an answer: under `200`, `4XX` or `default`. */
export interface DeclaredAnswer {
  readonly key: string;
  readonly response: DeclaredResponse;
}

/** OpenAPI 3.0.3 §4.7.16: the status itself goes before its range, and that before `default`. */
export function answerOf(
  responses: Readonly<Record<string, DeclaredResponse>>,
  status: number,
): DeclaredAnswer | undefined {
  const keys = [String(status), `${Math.floor(status / 100)}XX`, "default"];
  const key = keys.find((one) => responses[one] !== undefined);
  return key === undefined ? undefined : { key, response: responses[key] };
}

/** RFC 9110 §15.6.3 to §15.6.5: by these a gateway says that it got no answer, or none of use. */
const OF_GATEWAYS: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Whether an answer that a file declares so can be held against its media types. Gateways, proxies and frameworks answer what the service never
 * got, in HTML mostly: of errors and redirects only a status is held that the file names, or a range of it, and a gateway's only by its name.
 */
export function isHeldAnswer(status: number, { key }: DeclaredAnswer): boolean {
  if (key === "default") return status >= 200 && status < 300;
  return key === String(status) || !OF_GATEWAYS.has(status);
}

/** The media type as it may be told and compared: in lower case, without parameters. */
export function bareType(contentType: string): string {
  return toldType(contentType).split(";")[0].toLowerCase();
}

const SUFFIX = /^application\/[^+]*\+(json|xml|yaml|cbor)$/;
/** `application/*+json`. */
const SUFFIX_RANGE = /^([a-z*]+\/)\*(\+[a-z0-9]+)$/;

/**
 * Whether a media type is among those declared. OpenAPI 3.0.3 §4.7.14: a range such as `text/*` stands for all of it; RFC 6839 §3: what ends with
 * `+json` can be read as JSON, so that a problem's details are JSON; RFC 7303 §9.2: `text/xml` is `application/xml`. Files that name no type say
 * nothing of it, and what is no type that may be told is none that can be compared.
 */
export function isDeclaredType(type: string, declared: readonly string[]): boolean {
  if (declared.length === 0 || type.includes(MASK)) return true;
  const same = sameAs(type);
  return declared.some((one) => same.has(sameXml(one)) || isInRange(type, one));
}

/** Of these it is learned what they are built of. */
const WITH_FIELDS = /json|^application\/x-www-form-urlencoded$|^multipart\/form-data$/;

/** Whether none of the types that were seen is one with fields, and not among those declared. */
export function hasNoOtherFields(seen: readonly string[], declared: readonly string[]): boolean {
  return seen.map(bareType).every((type) => !WITH_FIELDS.test(type) || isDeclaredType(type, declared));
}

function sameAs(type: string): ReadonlySet<string> {
  const syntax = SUFFIX.exec(type)?.[1];
  return new Set(syntax === undefined ? [sameXml(type)] : [type, `application/${syntax}`]);
}

function sameXml(type: string): string {
  return type === "text/xml" ? "application/xml" : type;
}

function isInRange(type: string, range: string): boolean {
  if (range === "*/*" || range === "*") return true;
  if (range.endsWith("/*")) return type.startsWith(range.slice(0, -1));
  const [, top, suffix] = SUFFIX_RANGE.exec(range) ?? [];
  return top !== undefined && (top === "*/" || type.startsWith(top)) && type.endsWith(suffix);
}
