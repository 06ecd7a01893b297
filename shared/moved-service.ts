import type { NameGround } from "./name-ground.js";

/** That a service is at another address than before; its endpoints, with all that was counted of them, went with it. */
export interface MovedService {
  readonly address: string;
  /** What says that it is the same service: a file that has its name elsewhere now, or the name that its callers go on asking for. */
  readonly ground: NameGround;
  /** 0 to 1. */
  readonly confidence: number;
  readonly reason: string;
  /** What left, where others are asked for at the old address; left out where all of it did. */
  readonly name?: string;
  /** Packet time. */
  readonly atMicros: number;
}

/** `10.1.0.9 (95 % sure: …)`. */
export function movedWords({ address, confidence, reason }: MovedService): string {
  return `${address} (${Math.round(confidence * 100)} % sure: ${reason})`;
}

/** A name that a service's callers asked for, and when they did last; packet time. */
export interface FormerName {
  readonly name: string;
  readonly lastMicros: number;
}
