import type { CloseReason, Flow, Roles, Side, Stream, StreamSource } from "../../sensor/flow/stream.js";

/** Keeps what the flow stage hands over as lines of text, neighbouring data of one side joined: one list a flow. */
export class StreamRecorder implements StreamSource {
  readonly flows: RecordedFlow[] = [];

  open(flow: Flow, roles: Roles): Stream {
    const recorded = new RecordedFlow(flow, roles);
    this.flows.push(recorded);
    return recorded;
  }

  /** Every flow's events; each flow begins with who talks to whom. */
  get log(): string[][] {
    return this.flows.map((recorded) => recorded.log);
  }
}

class RecordedFlow implements Stream {
  readonly flow: Flow;
  readonly roles: Roles;
  readonly events: { readonly side: Side | undefined; text: string }[] = [];

  constructor(flow: Flow, roles: Roles) {
    this.flow = flow;
    this.roles = roles;
  }

  get log(): string[] {
    const { clientAddress, clientPort, serverAddress, serverPort, rolesFrom } = this.flow;
    const who = `${clientAddress}:${clientPort} > ${serverAddress}:${serverPort} by ${rolesFrom}`;
    return [who, ...this.events.map(({ side, text }) => (side === undefined ? text : `${side}: ${text}`))];
  }

  data(from: Side, bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString("latin1", start, end);
    const last = this.events.at(-1);
    if (last?.side === from) last.text += text;
    else this.events.push({ side: from, text });
  }

  gap(from: Side, length: number): void {
    this.events.push({ side: undefined, text: `${from} lost ${length}` });
  }

  finished(from: Side): void {
    this.events.push({ side: undefined, text: `${from} finished` });
  }

  close(reason: CloseReason): void {
    this.events.push({ side: undefined, text: `closed: ${reason}` });
  }
}
