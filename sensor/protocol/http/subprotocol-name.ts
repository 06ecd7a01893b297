import { randomBits } from "../../bytes/letter-pairs.js";
import { MASK } from "../message.js";

const MAX_LENGTH = 96;
/** RFC 6455 §4.1: a token of RFC 2616; of its marks those that registered names have. */
const NAME = /^[A-Za-z\d]+(?:[-+._/:]+[A-Za-z\d]+)*$/;
const MARKS = /[-+._/:]+/;
/** Words of letters alone, and versions or years beside them. */
const WORD = /^(?:[A-Za-z]{1,24}|v?\d{1,2}|20\d\d)$/i;
/** Words with digits in them, of the IANA's WebSocket Subprotocol Name Registry and of names in wide use. */
const NUMBERED = new Set(
  "k8s base64 base64url ocpp1 ocpp2 onem2m r2 t140 ircv3 mqtt5 mqttv3 http2 h264 mp4 x264 utf8".split(" "),
);
/** What stands behind these in a name is a credential. */
const PROOFS = new Set("authorization bearer token jwt basic apikey auth".split(" "));
const MIN_DRAWN = 8;
const DRAWN_BITS = 8;

/**
 * A subprotocol or extension of WebSocket as it is told: `***` where it is not put together of words and versions as names of these are.
 * Some clients hide their token among the names, and some servers repeat what they are sent, however short it is.
 */
export function subprotocolName(text: string): string {
  if (text.length > MAX_LENGTH || !NAME.test(text)) return MASK;
  const words = text.toLowerCase().split(MARKS);
  const isName = text.split(MARKS).every((word) => NUMBERED.has(word.toLowerCase()) || isWord(word));
  return isName && !words.slice(0, -1).some((word) => PROOFS.has(word)) ? text : MASK;
}

/** RFC 6455 §9.1: names of extensions, in lower case and without their parameters, told as those of subprotocols are. */
export function extensionNames(list: string): readonly string[] {
  return list
    .split(",")
    .map((extension) => extension.split(";")[0].trim().toLowerCase())
    .filter((name) => name !== "")
    .map(subprotocolName);
}

function isWord(word: string): boolean {
  return WORD.test(word) && (word.length < MIN_DRAWN || randomBits(word) < DRAWN_BITS);
}
