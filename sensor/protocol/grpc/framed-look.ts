import type { ContentLook } from "../body/body-look.js";
import { MessageWalk } from "./message-walk.js";

/** A body in which messages stand as gRPC frames them: counts them and, where they are looked at, tells of them as of a body. */
export class FramedLook implements ContentLook {
  readonly messages = new MessageWalk();

  take(bytes: Buffer, start: number, end: number): void {
    this.messages.take(bytes, start, end);
  }

  gap(length: number): void {
    if (length > 0) this.messages.skip(length);
  }

  end(): readonly string[] | undefined {
    this.messages.look?.end();
    return this.classes;
  }

  get classes(): readonly string[] | undefined {
    return this.messages.look?.classes;
  }

  get fields(): string | undefined {
    return this.messages.look?.fields;
  }

  get counted(): MessageWalk | undefined {
    return this.messages.isLost ? undefined : this.messages;
  }

  get operations(): undefined {
    return undefined;
  }

  get outcome(): undefined {
    return undefined;
  }
}
