import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import type { DeclaredApi, DeclaredOperation } from "./declared-api.js";
import { DeclaredFault } from "./declared-fault.js";
import { type DescriptorMessage, findDescribed } from "./descriptor-messages.js";
import { httpBindings } from "./http-binding.js";
import { MessageReader } from "./message-reader.js";
import { type ImportedTypes, withoutComments } from "./proto-check.js";
import { finderIn, protoTypes } from "./proto-messages.js";
import { isMapping, type Mapping } from "./reference.js";

/** Parts of descriptor.proto that are read of a set's JSON form. */
interface DescriptorFile {
  readonly name?: string;
  readonly package?: string;
  readonly service?: readonly DescriptorService[];
  readonly messageType?: readonly DescriptorMessage[];
  readonly enumType?: DescriptorMessage["enumType"];
}

interface DescriptorService {
  readonly name?: string;
  readonly options?: Mapping;
  readonly method?: readonly DescriptorMethod[];
}

interface DescriptorMethod {
  readonly name?: string;
  readonly options?: Mapping;
  readonly inputType?: string;
  readonly outputType?: string;
}

/**
 * The services of a .proto file. What it imports may be missing: procedures are called by name, and messages that are in no file are not
 * compared. Throws DeclaredFault.
 */
export function readProto(file: string, text: string, imported: ImportedTypes): DeclaredApi {
  const { root, package: name, imports = [], weakImports = [] } = parse(file, text);
  const messages = new MessageReader(finderIn([protoTypes(root), ...imported.types([...imports, ...weakImports])]));
  const operations: DeclaredOperation[] = [];
  for (const service of servicesOf(root)) {
    const fullName = service.fullName.replace(/^\./, "");
    for (const { name: method, options, parsedOptions, requestType, responseType } of service.methodsArray) {
      const place = `${file}:${lineOf(text, service.name, method)}`;
      const isDeprecated = isMarked(options) || isMarked(service.options);
      const told = procedure(fullName, method, place, isDeprecated);
      const [request, response] = [requestType, responseType].map((type) => messages.read(type, fullName));
      operations.push({ ...told, messages: { request, response } });
      for (const { verb, template } of httpBindings(parsedOptions))
        operations.push({ ...told, method: verb, template });
    }
  }
  return { file, title: name ?? file, kind: "protobuf", version: "proto", servers: [], operations };
}

/** A FileDescriptorSet, as `protoc --descriptor_set_out` and `buf build -o` write it. Throws DeclaredFault. */
export function readDescriptorSet(file: string, bytes: Buffer): DeclaredApi {
  const files = decode(file, bytes);
  const messages = new MessageReader(findDescribed(files));
  const operations = files.flatMap((part) => operationsOf(file, part, messages));
  return { file, title: file, kind: "protobuf", version: "descriptor set", servers: [], operations };
}

function operationsOf(
  file: string,
  { name, package: namespace, service = [] }: DescriptorFile,
  messages: MessageReader,
): DeclaredOperation[] {
  return service.flatMap(({ name: own = "", options, method = [] }) => {
    const fullName = namespace === undefined || namespace === "" ? own : `${namespace}.${own}`;
    return method.map((one) => {
      const isDeprecated = isMarked(one.options) || isMarked(options);
      const told = procedure(fullName, one.name ?? "", `${file} (${name ?? ""})`, isDeprecated);
      const [request, response] = [one.inputType, one.outputType].map((type = "") => messages.read(type, fullName));
      return { ...told, messages: { request, response } };
    });
  });
}

function procedure(
  service: string,
  method: string,
  place: string,
  isDeprecated: boolean,
): Omit<DeclaredOperation, "messages"> {
  return {
    method: "POST",
    template: `/${service}/${method}`,
    place,
    servers: undefined,
    isDeprecated,
    sunsetMicros: undefined,
    parameters: [],
    request: undefined,
    isBodyRequired: false,
    responses: {},
  };
}

function parse(file: string, text: string): protobuf.IParserResult {
  try {
    return protobuf.parse(text, { keepCase: true });
  } catch (error) {
    const { message } = error as Error;
    const line = /\(line (\d+)\)/.exec(message)?.[1] ?? "1";
    throw new DeclaredFault(`${file}:${line}: ${message.replace(/ *\(line \d+\)/, "")}; mend the .proto there`);
  }
}

function decode(file: string, bytes: Buffer): readonly DescriptorFile[] {
  const remedy = "make one with protoc --descriptor_set_out=FILE or buf build -o FILE.binpb";
  try {
    const { FileDescriptorSet } = descriptor as unknown as { readonly FileDescriptorSet: protobuf.Type };
    const { file: files } = FileDescriptorSet.decode(bytes).toJSON() as { file?: DescriptorFile[] };
    if (files?.some(({ name }) => name !== undefined) === true) return files;
  } catch (error) {
    throw new DeclaredFault(`${file}:1: is no descriptor set (${(error as Error).message}); ${remedy}`);
  }
  throw new DeclaredFault(`${file}:1: is a descriptor set without files; ${remedy}`);
}

function* servicesOf(space: protobuf.NamespaceBase): Iterable<protobuf.Service> {
  for (const part of space.nestedArray) {
    if (part instanceof protobuf.Service) yield part;
    if (part instanceof protobuf.Namespace) yield* servicesOf(part);
  }
}

function isMarked(options: unknown): boolean {
  return isMapping(options) && (options.deprecated === true || options.deprecated === "true");
}

/** Comments may name a procedure, too: what is parsed has no lines of its own, and a wrong one only misleads the reader. */
function lineOf(text: string, service: string, method: string): number {
  const bare = withoutComments(text);
  const from = Math.max(0, bare.search(new RegExp(`\\bservice\\s+${service}\\b`)));
  const at = bare.slice(from).search(new RegExp(`\\brpc\\s+${method}\\b`));
  return bare.slice(0, from + Math.max(0, at)).split("\n").length;
}
