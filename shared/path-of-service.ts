/**
 * The key of a path of one service in a document of several, where another has the same path: OpenAPI 3.1.0 §4.8.8 knows a path once. The
 * fragment that tells them apart is no part of what is requested (RFC 3986 §3.5), so that the path behind a server's address stays right.
 */
export function pathOfService(path: string, service: string): string {
  return `${path}${path.includes("#") ? "&" : "#"}${MARK}${encodeURIComponent(service).replaceAll("%3A", ":")}`;
}

/** The path as its service has it. */
export function pathWithoutService(path: string): string {
  const at = path.lastIndexOf(MARK);
  return at > 0 && (path[at - 1] === "#" || path[at - 1] === "&") && path.includes("#") ? path.slice(0, at - 1) : path;
}

const MARK = "service=";
