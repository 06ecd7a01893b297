import type { Flow } from "../../flow/stream.js";
import type { Call, Credential } from "../message.js";
import { NO_CREDENTIALS } from "./credential.js";

/** A call in the making: the request is filled in, then the response, then it is told. */
export class Exchange implements Call {
  readonly kind = "call";
  readonly flow: Flow;
  readonly atMicros: number;
  version: Call["version"] = "1.1";
  method: string | undefined = undefined;
  path: string | undefined = undefined;
  authority: string | undefined = undefined;
  userAgent: string | undefined = undefined;
  requestContentType: string | undefined = undefined;
  credentials: readonly Credential[] = NO_CREDENTIALS;
  requestHeaderOrder = 0;
  status: number | undefined = undefined;
  serverSoftware: string | undefined = undefined;
  poweredBy: string | undefined = undefined;
  framework: string | undefined = undefined;
  responseContentType: string | undefined = undefined;
  responseHeaderOrder = 0;
  requestBodySize: number | undefined = undefined;
  responseBodySize: number | undefined = undefined;
  durationMicros: number | undefined = undefined;
  complete = true;
  missingBytes = 0;
  unpaired: Call["unpaired"] = undefined;

  /** The request's last byte was seen; the response's likewise. */
  requestDone = false;
  responseDone = false;
  /** The request offered to speak another protocol (Upgrade), or asked for a tunnel (CONNECT). */
  asksUpgrade = false;
  isConnect = false;
  isHead = false;
  /** RFC 9110 §10.1.1: the client may wait for leave to send its body, and never send it. */
  expectsContinue = false;
  /** A final response has begun. */
  isAnswered = false;
  /** Bytes were lost in a way that leaves open which response answers it. */
  isUnsure = false;

  constructor(flow: Flow, atMicros: number) {
    this.flow = flow;
    this.atMicros = atMicros;
  }
}
