import type { FieldMemory } from "../data/field-memory.js";
import type { ProtobufScan } from "../grpc/protobuf-scan.js";
import { type ContentKind, type ContentKinds, guess, isText } from "./content-kind.js";
import { DelimitedScan } from "./delimited-scan.js";
import { FormScan } from "./form-scan.js";
import { Hl7Scan } from "./hl7-scan.js";
import { JsonScan } from "./json-scan.js";
import { MarkupScan } from "./markup-scan.js";
import { MultipartScan } from "./multipart-scan.js";
import { Scratch } from "./scratch.js";
import type { ShapeRecorder } from "./shape-recorder.js";
import { TextScan } from "./text-scan.js";

/** One scanner for each way in which a body's text is laid out, and for what lies in others. */
export class BodyScan {
  readonly json: JsonScan;
  readonly form: FormScan;
  readonly #markup: MarkupScan;
  readonly #text: TextScan;
  readonly #delimited: DelimitedScan;
  readonly #hl7: Hl7Scan;
  readonly #multipart: MultipartScan;
  readonly #protobuf: ProtobufScan;

  constructor(fields: FieldMemory, kinds: ContentKinds, recorder: ShapeRecorder, protobuf: ProtobufScan) {
    const scratch = new Scratch();
    this.json = new JsonScan(fields, scratch, recorder);
    this.form = new FormScan(fields, scratch, recorder);
    this.#markup = new MarkupScan(fields, scratch);
    this.#text = new TextScan(fields, (bytes, start, end) => this.json.scan(bytes, start, end, false));
    this.#delimited = new DelimitedScan(fields, scratch);
    this.#hl7 = new Hl7Scan(fields);
    this.#protobuf = protobuf;
    this.#multipart = new MultipartScan(fields, recorder, (type, bytes, start, end) => {
      const kind = kinds.of(type);
      if (kind !== undefined && isText(kind)) this.scan(kind, bytes, start, end, false);
    });
  }

  /** `isCut`: the body goes on beyond `end`. */
  scan(kind: ContentKind, bytes: Buffer, start: number, end: number, isCut: boolean): void {
    switch (kind === "guess" || kind === "text" ? guess(bytes, start, end, kind) : kind) {
      case "json":
        this.json.scan(bytes, start, end, isCut);
        break;
      case "form":
        this.form.scan(bytes, start, end, isCut);
        break;
      case "multipart":
        this.#multipart.form(bytes, start, end, isCut);
        break;
      case "parts":
        this.#multipart.parts(bytes, start, end, isCut);
        break;
      case "protobuf":
        this.#protobuf.scan(bytes, start, end, isCut);
        break;
      case "markup":
        this.#markup.scan(bytes, start, end);
        break;
      case "delimited":
        this.#delimited.scan(bytes, start, end, isCut);
        break;
      case "hl7":
        this.#hl7.scan(bytes, start, end);
        break;
      default:
        this.#text.scan(bytes, start, end);
    }
  }
}
