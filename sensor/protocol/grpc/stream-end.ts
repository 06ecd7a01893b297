const STATUS = /(?:^|\n)grpc-status: *(\d{1,2})\r?(?:\n|$)/i;
/** connectrpc.com, protocol reference: the codes by their numbers, which are gRPC's, from 1 on. */
const CODES =
  "canceled unknown invalid_argument deadline_exceeded not_found already_exists permission_denied resource_exhausted failed_precondition aborted out_of_range unimplemented internal unavailable data_loss unauthenticated".split(
    " ",
  );
const ERROR = /"error"\s*:\s*\{\s*"code"\s*:\s*"([a-z_]+)"/;
const HAS_ERROR = /"error"/;

/** What of lines of fields is gRPC's status; undefined without one. */
export function statusIn(lines: string): number | undefined {
  const status = STATUS.exec(lines)?.[1];
  return status === undefined ? undefined : Number(status);
}

/** The same of a gRPC-Web stream's trailers, which may be cut: then its last line may be as well. */
export function statusOfTrailers(text: string, isCut: boolean): number | undefined {
  return statusIn(isCut ? text.slice(0, text.lastIndexOf("\n") + 1) : text);
}

/** How a stream of Connect ended, by its last message, JSON that tells of an error or of none; undefined where it does not show. */
export function statusOfEnd(text: string, isCut: boolean): number | undefined {
  const code = ERROR.exec(text)?.[1];
  if (code !== undefined) return 1 + CODES.indexOf(code) || undefined;
  return isCut || HAS_ERROR.test(text) || !text.trimStart().startsWith("{") ? undefined : 0;
}
