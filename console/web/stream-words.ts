import type { ListedStreams } from "../api.js";
import { bytes } from "./format.js";

const KIND_WORDS: Readonly<Record<string, string>> = {
  websocket: "WebSocket",
  "event-stream": "server-sent events",
  "long-poll": "long polling",
};

/** What calls are that do not end with an answer. */
export function kindWords(kind: string): string {
  return KIND_WORDS[kind] ?? kind;
}

export function kindsOf(streams: ListedStreams | undefined): string {
  return Object.keys(streams?.kinds ?? {})
    .map(kindWords)
    .join(", ");
}

/** What was sent in them, to the service and by it. */
export function messageWords(streams: ListedStreams | undefined): string {
  if (messagesOf(streams) <= 0 || streams === undefined) return "";
  const { requestMessages, requestMessageBytes, responseMessages, responseMessageBytes } = streams;
  const toward =
    requestMessages > 0 ? [`${requestMessages.toLocaleString("en")} in (${bytes(requestMessageBytes)})`] : [];
  return [...toward, `${responseMessages.toLocaleString("en")} out (${bytes(responseMessageBytes)})`].join(", ");
}

/** To sort by; those that are no streams come last. */
export function messagesOf(streams: ListedStreams | undefined): number {
  return streams === undefined ? -1 : streams.requestMessages + streams.responseMessages;
}
