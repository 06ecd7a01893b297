import type { Flow } from "../../flow/stream.js";
import type { FieldFact, MessageTypes } from "./message-type.js";
import { LENGTH, VARINT, WireFields } from "./wire-fields.js";

const MAX_SERVERS = 256;
/** Procedures and fields kept of all servers together; beyond it all is forgotten but what comes now. */
const MAX_FACTS = 100_000;
const MAX_NESTING = 8;
const NAME = /^[A-Za-z_][\w.]{0,255}$/;

/** Types of what goes into a procedure and comes out of it, with their packages. */
export interface ProcedureTypes {
  readonly input: string;
  readonly output: string;
}

/** ServerReflectionResponse (grpc/grpc, doc/server-reflection.md). */
const FILES_FIELD = 4;
const FILE_FIELD = 1;
/** FileDescriptorProto and what it is made of (protobuf.dev, descriptor.proto). */
const FILE = { package: 2, message: 4, service: 6 } as const;
const MESSAGE = { name: 1, field: 2, nested: 3 } as const;
const FIELD = { name: 1, number: 3, type: 5, typeName: 6 } as const;
const SERVICE = { name: 1, method: 2 } as const;
const METHOD = { name: 1, input: 2, output: 3 } as const;

/** What one server's reflection told. */
class ServerTypes implements MessageTypes {
  readonly procedures = new Map<string, ProcedureTypes>();
  readonly #messages = new Map<string, Map<number, FieldFact>>();
  facts = 0;

  fieldsOf(typeName: string, scope: string): ReadonlyMap<number, FieldFact> | undefined {
    return this.#messages.get(this.resolve(typeName, scope));
  }

  /** The full name of what is called `name` within `scope`; itself where nothing is known of it. Some leave out what is common to both. */
  resolve(name: string, scope: string): string {
    for (let outer = scope; outer !== ""; outer = outer.slice(0, Math.max(0, outer.lastIndexOf(".")))) {
      const full = `${outer}.${name}`;
      if (this.#messages.has(full)) return full;
    }
    return name;
  }

  addMessage(typeName: string, fields: Map<number, FieldFact>): void {
    this.facts += fields.size + 1 - (this.#messages.get(typeName)?.size ?? -1);
    this.#messages.set(typeName, fields);
  }

  addProcedure(name: string, types: ProcedureTypes): void {
    if (!this.procedures.has(name)) this.facts++;
    this.procedures.set(name, types);
  }
}

/**
 * What servers say of their own procedures and messages where somebody asks them by reflection: later calls are told with the types, and
 * fields with the names, that the server gave. By server, for what another says of the same name may differ.
 */
export class ReflectedTypes {
  readonly #servers = new Map<string, ServerTypes>();
  #lastFlow: Flow | undefined = undefined;
  #last: ServerTypes | undefined = undefined;
  readonly #levels = Array.from({ length: MAX_NESTING + 4 }, () => new WireFields());

  /** What the flow's server told; undefined where it told nothing. */
  of(flow: Flow): ServerTypes | undefined {
    if (this.#servers.size === 0) return undefined;
    if (flow === this.#lastFlow) return this.#last;
    this.#lastFlow = flow;
    this.#last = this.#servers.get(keyOf(flow));
    return this.#last;
  }

  /** A ServerReflectionResponse that the flow's server sent. */
  learn(flow: Flow, bytes: Buffer, start: number, end: number): void {
    const answer = this.#levels[0];
    const files = this.#levels[1];
    answer.open(bytes, start, end);
    while (answer.next()) {
      if (answer.number !== FILES_FIELD || answer.type !== LENGTH) continue;
      files.open(bytes, answer.valueStart, answer.valueEnd);
      while (files.next())
        if (files.number === FILE_FIELD && files.type === LENGTH && !files.isCut)
          this.#file(this.#make(flow), bytes, files.valueStart, files.valueEnd);
    }
  }

  #make(flow: Flow): ServerTypes {
    const key = keyOf(flow);
    const known = this.#servers.get(key);
    let facts = 0;
    for (const server of this.#servers.values()) facts += server.facts;
    if (known !== undefined && facts < MAX_FACTS) return known;
    if (facts >= MAX_FACTS || this.#servers.size >= MAX_SERVERS) this.#servers.clear();
    const made = new ServerTypes();
    this.#servers.set(key, made);
    this.#lastFlow = undefined;
    return made;
  }

  /** The package stands before what is in it: files are written in the order of their fields. */
  #file(types: ServerTypes, bytes: Buffer, start: number, end: number): void {
    const file = this.#levels[2];
    let scope = "";
    file.open(bytes, start, end);
    while (file.next()) {
      if (file.type !== LENGTH || file.isCut) continue;
      const { valueStart, valueEnd } = file;
      if (file.number === FILE.package) scope = `${nameAt(bytes, valueStart, valueEnd)}.`;
      else if (file.number === FILE.message) this.#message(types, bytes, valueStart, valueEnd, scope, 0);
      else if (file.number === FILE.service) this.#service(types, bytes, valueStart, valueEnd, scope);
    }
  }

  #message(types: ServerTypes, bytes: Buffer, start: number, end: number, scope: string, nesting: number): void {
    const level = this.#levels[3 + nesting];
    const fields = new Map<number, FieldFact>();
    let name = "";
    level.open(bytes, start, end);
    while (level.next()) {
      if (level.type !== LENGTH || level.isCut) continue;
      const { valueStart, valueEnd } = level;
      if (level.number === MESSAGE.name) name = `${scope}${nameAt(bytes, valueStart, valueEnd)}`;
      else if (level.number === MESSAGE.field) addField(fields, bytes, valueStart, valueEnd, name);
      else if (level.number === MESSAGE.nested && nesting < MAX_NESTING)
        this.#message(types, bytes, valueStart, valueEnd, `${name}.`, nesting + 1);
    }
    if (NAME.test(name)) types.addMessage(name, fields);
  }

  #service(types: ServerTypes, bytes: Buffer, start: number, end: number, scope: string): void {
    const service = this.#levels[3];
    const method = this.#levels[4];
    let name = "";
    service.open(bytes, start, end);
    while (service.next()) {
      if (service.type !== LENGTH || service.isCut) continue;
      if (service.number === SERVICE.name) name = `${scope}${nameAt(bytes, service.valueStart, service.valueEnd)}`;
      if (service.number !== SERVICE.method) continue;
      const told = ["", "", "", ""];
      method.open(bytes, service.valueStart, service.valueEnd);
      while (method.next())
        if (method.type === LENGTH && method.number <= METHOD.output)
          told[method.number] = nameAt(bytes, method.valueStart, method.valueEnd);
      const [, own, input, output] = told;
      if (NAME.test(name) && own !== "" && input !== "" && output !== "")
        types.addProcedure(`${name}/${own}`, {
          input: types.resolve(input, name),
          output: types.resolve(output, name),
        });
    }
  }
}

const one = new WireFields();

function addField(fields: Map<number, FieldFact>, bytes: Buffer, start: number, end: number, scope: string): void {
  let name = "";
  let number = 0;
  let type = 0;
  let typeName: string | undefined;
  one.open(bytes, start, end);
  while (one.next()) {
    if (one.type === LENGTH && one.number === FIELD.name) name = nameAt(bytes, one.valueStart, one.valueEnd);
    else if (one.type === LENGTH && one.number === FIELD.typeName)
      typeName = nameAt(bytes, one.valueStart, one.valueEnd);
    else if (one.type === VARINT && one.number === FIELD.number) number = one.value;
    else if (one.type === VARINT && one.number === FIELD.type) type = one.value;
  }
  if (name !== "" && number > 0) fields.set(number, { name, type, typeName, scope });
}

/** Full names stand with a dot before them; empty where it is no name. */
function nameAt(bytes: Buffer, start: number, end: number): string {
  const text = bytes.latin1Slice(start, Math.min(end, start + 257)).replace(/^\./, "");
  return NAME.test(text) ? text : "";
}

function keyOf({ serverAddress, serverPort }: Flow): string {
  return `${serverAddress} ${serverPort}`;
}
