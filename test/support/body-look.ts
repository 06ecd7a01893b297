import { BodyReader } from "../../sensor/protocol/body/body-reader.js";
import { defaultSettings } from "../../shared/config/settings.js";

export const DATA = { ...defaultSettings().data, firstBodies: 65_535, maxBodyBytes: 65_536 };

/** One body fed in pieces, a number for lost bytes; the classes told, and the counters. */
export function look(
  pieces: readonly (Buffer | number)[],
  contentType: string | undefined = "application/json",
  coding?: string,
  settings: Partial<typeof DATA> = {},
) {
  const reader = new BodyReader({ ...DATA, ...settings });
  const facts = {
    method: "GET",
    pathShape: 1,
    status: 200,
    requestContentType: undefined,
    responseContentType: contentType,
  };
  const bodies = reader.ofFlow({ serverAddress: "10.0.0.2", serverPort: 80 } as Parameters<typeof reader.ofFlow>[0]);
  const body = bodies.open("server", facts, coding, -1);
  for (const piece of pieces) {
    if (typeof piece === "number") body?.gap(piece);
    else {
      const borrowed = Buffer.from(piece);
      body?.take(borrowed, 0, borrowed.length);
      borrowed.fill(0x58);
    }
  }
  const found = body?.end("whole");
  return { classes: found?.classes, isCut: found?.isCut, counters: reader.counters, heldBytes: reader.heldBytes };
}

export function classesOf(text: string | Buffer, contentType?: string): readonly string[] | undefined {
  return look([Buffer.from(text as string)], contentType).classes;
}

/** `card.number` becomes a field in a field. */
export function jsonOf(field: string | undefined, value: string): string {
  const names = (field ?? "payload").split(".");
  return names.reduceRight((inner, name) => `{"${name}":${inner}}`, `"${value}"`);
}

export const DOCUMENT = JSON.stringify({
  id: 12345,
  customer: { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com", tags: ["a", 'b "quoted" \\ \n'] },
  payments: [{ iban: "DE89370400440532013000", card: { number: "4111111111111111" } }],
  place: { lat: 52.52001, lng: 13.40495, zip: "10115" },
  note: "call +49 170 1234567",
});
export const DOCUMENT_CLASSES = [
  "email",
  "geolocation",
  "iban",
  "payment-card",
  "person-name",
  "phone",
  "postal-address",
];
