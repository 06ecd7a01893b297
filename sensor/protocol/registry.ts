import { BodyReader, type BodySettings } from "./body/body-reader.js";
import { http1 } from "./http1/protocol.js";
import type { Http1Settings } from "./http1/settings.js";
import type { Http2Settings } from "./http2/http2-stream.js";
import { http2 } from "./http2/protocol.js";
import type { Protocol } from "./protocol.js";
import { proxyProtocol } from "./proxy-protocol/protocol.js";
import { socks } from "./socks/protocol.js";
import { type TlsSettings, tls } from "./tls/protocol.js";
import { websocket } from "./websocket/protocol.js";

export interface ProtocolSettings extends Http1Settings, Http2Settings, TlsSettings {
  readonly data: BodySettings;
}

/** Every protocol that is recognised, the most frequent first. To add one: a folder with its `protocol.ts`, and a line here. */
export function protocols(settings: ProtocolSettings): readonly Protocol[] {
  const bodies = new BodyReader(settings.data);
  return [
    http1(settings, bodies),
    http2(settings, bodies),
    tls(settings, bodies.fields.maskName),
    proxyProtocol,
    socks,
    websocket(),
  ];
}
