import type { WireDeprecation } from "../message.js";
import type { Safeguards } from "../protection.js";

/**
 * What those fields of one head say whose values come again and again: which software sends it, to which host, what kind of content.
 * Fields that differ from head to head (lengths, credentials, cookies) are no part of it.
 */
export class HeadFacts {
  /** How many Host fields there are; the first one's value without userinfo, and whether it had one. */
  hosts = 0;
  host: string | undefined = undefined;
  hasHostUserinfo = false;
  isHostInvalid = false;
  userAgent: string | undefined = undefined;
  contentType: string | undefined = undefined;
  contentEncoding: string | undefined = undefined;
  /** Of messages framed in the content. */
  messageEncoding: string | undefined = undefined;
  expectsContinue = false;
  asksToWait = false;
  namesConnectVersion = false;
  server: string | undefined = undefined;
  poweredBy: string | undefined = undefined;
  framework: string | undefined = undefined;
  deprecation: WireDeprecation | undefined = undefined;
  origin: string | undefined = undefined;
  safeguards: Safeguards | undefined = undefined;
  /** Bits of what a proxy wrote into it, `forwarding.ts`. */
  forwarding = 0;

  clear(): void {
    this.hosts = 0;
    this.host = undefined;
    this.hasHostUserinfo = false;
    this.isHostInvalid = false;
    this.userAgent = undefined;
    this.contentType = undefined;
    this.contentEncoding = undefined;
    this.messageEncoding = undefined;
    this.expectsContinue = false;
    this.asksToWait = false;
    this.namesConnectVersion = false;
    this.server = undefined;
    this.poweredBy = undefined;
    this.framework = undefined;
    this.deprecation = undefined;
    this.origin = undefined;
    this.safeguards = undefined;
    this.forwarding = 0;
  }

  copy(): HeadFacts {
    return Object.assign(new HeadFacts(), this);
  }
}
