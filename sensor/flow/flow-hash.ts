import type { Packet } from "../decode/packet.js";

/** Equal for both directions: each end is mixed alone and the two are added. */
export function hashOf(packet: Packet, seed: number): number {
  const source = mixEnd(packet.source0, packet.source1, packet.source2, packet.source3, packet.sourcePort, seed);
  const destination = mixEnd(
    packet.destination0,
    packet.destination1,
    packet.destination2,
    packet.destination3,
    packet.destinationPort,
    seed,
  );
  return (source + destination) | 0;
}

function mixEnd(word0: number, word1: number, word2: number, word3: number, port: number, seed: number): number {
  let hash = Math.imul(word3 ^ seed, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ port, 0x85ebca77);
  if (word2 !== 0xffff) {
    hash = Math.imul(hash ^ (hash >>> 13) ^ word2, 0xc2b2ae3d);
    hash = Math.imul(hash ^ (hash >>> 16) ^ word1, 0x27d4eb2f);
    hash = Math.imul(hash ^ (hash >>> 15) ^ word0, 0x165667b1);
  }
  return hash ^ (hash >>> 16);
}
