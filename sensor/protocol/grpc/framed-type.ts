const GRPC = "application/grpc";
/** connectrpc.com, protocol reference: streaming has content types of its own. */
const CONNECT_STREAM = "application/connect+";

/** Whether the messages stand in the content as gRPC frames them: a flag and a length before each. */
export function hasFramedMessages(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  if (contentType.startsWith(CONNECT_STREAM)) return true;
  // gRPC-Web's text form is base64.
  return contentType.startsWith(GRPC) && !contentType.startsWith(`${GRPC}-web-text`);
}
