const GRPC = "application/grpc";
/** connectrpc.com, protocol reference: streaming has content types of its own. */
const CONNECT_STREAM = "application/connect+";

const TYPE_PREFIX_LENGTH = "application/".length;
const LETTER_G = 0x67;
const LETTER_C = 0x63;

/** Whether the messages stand in the content as gRPC frames them: a flag and a length before each. */
export function hasFramedMessages(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  // Of nearly all types this one letter says that they are none of these.
  const letter = contentType.charCodeAt(TYPE_PREFIX_LENGTH);
  if (letter !== LETTER_G && letter !== LETTER_C) return false;
  if (contentType.startsWith(CONNECT_STREAM)) return true;
  // gRPC-Web's text form is base64.
  return contentType.startsWith(GRPC) && !contentType.startsWith(`${GRPC}-web-text`);
}
