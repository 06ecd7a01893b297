import type { Call, WireDeprecation } from "../message.js";
import type { OauthForm, SetCookie } from "../protection.js";
import type { StreamExchange } from "./stream-exchange.js";

const NO_COOKIES: readonly SetCookie[] = [];
export const NO_OPERATIONS: readonly string[] = [];

export class ExchangeAccess {
  origin: string | undefined = undefined;
  cookies: readonly SetCookie[] = NO_COOKIES;
  challenge: string | undefined = undefined;
  oauth: OauthForm | undefined = undefined;
}

/** What few calls have, in an object that the others do without. */
export class Rarities {
  operations: readonly string[] = NO_OPERATIONS;
  operationHash = 0;
  stream: StreamExchange | undefined = undefined;
  unread: Call["unread"] = undefined;
  asks: Asks = undefined;
  poweredBy: string | undefined = undefined;
  framework: string | undefined = undefined;
  deprecation: WireDeprecation | undefined = undefined;
  access: ExchangeAccess | undefined = undefined;
  redirectPlace = 0;
  missingBytes = 0;
  isBodiless = false;
  bodiesCut: Call["bodiesCut"] = undefined;
  unpaired: Call["unpaired"] = undefined;
}

/** Another protocol (Upgrade, or CONNECT's :protocol), or an answer when there is one. */
export type Asks = "websocket" | "upgrade" | "wait" | undefined;
