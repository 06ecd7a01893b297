const GRPC = "application/grpc";
const TEXT_FORM = `${GRPC}-web-text`;
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
  return contentType.startsWith(CONNECT_STREAM) || contentType.startsWith(GRPC);
}

/** gRPC-Web's text form: what frames the messages is base64, as they are. */
export function isTextForm(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType.length >= TEXT_FORM.length && contentType.startsWith(TEXT_FORM);
}
