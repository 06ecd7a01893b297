import type { ContentLook, Found } from "../body/body-look.js";
import { MessageWalk } from "./message-walk.js";

/** A body in which messages stand as gRPC frames them: counts them and, where they are looked at, tells of them as of a body. */
export class FramedLook implements ContentLook {
  readonly messages: MessageWalk;

  constructor(contentType: string | undefined) {
    this.messages = new MessageWalk(contentType);
  }

  take(bytes: Buffer, start: number, end: number): void {
    this.messages.take(bytes, start, end);
  }

  gap(length: number): void {
    if (length > 0) this.messages.skip(length);
  }

  end(): Readonly<Found> {
    const { look, isLost } = this.messages;
    look?.end();
    const counted = isLost ? undefined : this.messages;
    return {
      classes: look?.classes,
      isCut: look?.isCut ?? false,
      operations: undefined,
      outcome: undefined,
      fields: look?.fields,
      shape: look?.shape,
      counted,
    };
  }
}
