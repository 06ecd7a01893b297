import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import type { SetCookie } from "../../protocol/protection.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

/** A cookie that stands for somebody and may be sent in the clear, or read by scripts: one finding a service and lack. */
export const unprotectedSessionCookie: Rule = {
  id: "unprotected-session-cookie",
  of: "protected",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    return {
      call({ access, atMicros }: Call, _edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (endpoint === undefined || access === undefined) return;
        for (const cookie of access.cookies) {
          const lacking = lackOf(cookie);
          if (lacking === undefined) continue;
          const { service, method, template } = endpoint;
          const name = cookie.name ?? "a session cookie";
          const subject = subjects.of(service, `${name} ${lacking}`);
          if (findings.again(subject, atMicros)) continue;
          findings.first(subject, `${service.place} ${service.port} ${name.toLowerCase()} ${lacking}`, atMicros, {
            summary: `${service.name} sets ${name} without ${lacking}.`,
            ...serverOf(service),
            method,
            template,
            evidence: {
              cookie: cookie.name ?? "a name of the service's own",
              lacking,
              same_site: cookie.sameSite ?? "not set",
              lifetime: cookie.lifetime,
            },
          });
        }
      },
    };
  },
};

/** RFC 6265 §4.1.2.5 and §4.1.2.6. */
function lackOf({ purpose, lifetime, isSecure, isHttpOnly }: SetCookie): string | undefined {
  if (purpose !== "session" || lifetime === "deleted" || (isSecure && isHttpOnly)) return undefined;
  if (isSecure) return "HttpOnly";
  return isHttpOnly ? "Secure" : "Secure and HttpOnly";
}
