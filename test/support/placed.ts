import type { Scene } from "./scene.js";

/** `10.1.0.4 cart.shop GET /orders ×3` for each endpoint; where services went and came from. */
export function placed(scene: Scene) {
  return {
    endpoints: scene.endpoints().map((one) => `${one.serverAddress} ${one.service} ${one.template} ×${one.calls}`),
    moves: [...scene.inventory.services()].flatMap(({ address, movedTo, movedFrom = [] }) => [
      ...(movedTo === undefined
        ? []
        : [
            `${movedTo.name ?? ""}${movedTo.name === undefined ? "" : " of "}${address} to ${movedTo.address} (${movedTo.ground} ${movedTo.confidence})`,
          ]),
      ...movedFrom.map((from) => `${address} from ${from.address} (${from.reason})`),
    ]),
  };
}
