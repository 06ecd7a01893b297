import type { EndpointRecord } from "../../../shared/event.js";
import type { Call } from "../../protocol/message.js";
import { Tally, textsOfBoth } from "../count/tally.js";

const MAX_CLASSES = 64;

type Facts = Pick<
  EndpointRecord,
  | ("dataClasses" | "requestClasses" | "responseClasses" | "requestBodiesRead" | "responseBodiesRead")
  | ("requestBodiesCut" | "responseBodiesCut")
>;

/** Which classes of data the calls of an endpoint held, by direction, and of how many bodies that was looked for. */
export class HeldData {
  readonly #requestClasses = new Tally(MAX_CLASSES);
  readonly #responseClasses = new Tally(MAX_CLASSES);
  #requestBodiesRead = 0;
  #responseBodiesRead = 0;
  #requestBodiesCut = 0;
  #responseBodiesCut = 0;

  call(call: Call): void {
    const { requestClasses, responseClasses, bodiesCut } = call;
    if (requestClasses !== undefined) {
      // Without a body the target alone was looked at.
      if (call.requestBodySize !== 0) this.#requestBodiesRead++;
      for (const name of requestClasses) this.#requestClasses.add(name);
    }
    if (responseClasses !== undefined) {
      // Without a body the head alone was looked at.
      if (call.responseBodySize !== 0) this.#responseBodiesRead++;
      for (const name of responseClasses) this.#responseClasses.add(name);
    }
    if (bodiesCut === undefined) return;
    if (bodiesCut !== "response" && requestClasses !== undefined) this.#requestBodiesCut++;
    if (bodiesCut !== "request" && responseClasses !== undefined) this.#responseBodiesCut++;
  }

  merge(other: HeldData): void {
    this.#requestClasses.merge(other.#requestClasses);
    this.#responseClasses.merge(other.#responseClasses);
    this.#requestBodiesRead += other.#requestBodiesRead;
    this.#responseBodiesRead += other.#responseBodiesRead;
    this.#requestBodiesCut += other.#requestBodiesCut;
    this.#responseBodiesCut += other.#responseBodiesCut;
  }

  facts(): Facts {
    return {
      dataClasses: textsOfBoth(this.#requestClasses, this.#responseClasses),
      requestClasses: this.#requestClasses.record(),
      responseClasses: this.#responseClasses.record(),
      requestBodiesRead: this.#requestBodiesRead,
      responseBodiesRead: this.#responseBodiesRead,
      requestBodiesCut: this.#requestBodiesCut,
      responseBodiesCut: this.#responseBodiesCut,
    };
  }

  restore(record: EndpointRecord): void {
    this.#requestClasses.restore(record.requestClasses);
    this.#responseClasses.restore(record.responseClasses);
    this.#requestBodiesRead = record.requestBodiesRead;
    this.#responseBodiesRead = record.responseBodiesRead;
    this.#requestBodiesCut = record.requestBodiesCut ?? 0;
    this.#responseBodiesCut = record.responseBodiesCut ?? 0;
  }
}
