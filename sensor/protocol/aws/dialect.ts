import type { Dialect, Operation } from "../rpc/dialect.js";
import type { OperationNames } from "../rpc/operation-names.js";
import { QueryParameters } from "../rpc/query-parameters.js";

const ACTION = Buffer.from("Action");
const VERSION = Buffer.from("Version");
const BEGINNING = Buffer.from("Action=");
const FURTHER_ON = Buffer.from("&Action=");
const MAX_BEFORE_ACTION = 512;
const LETTER_A = 0x41;
const LETTER_V = 0x56;
/** Day on which the interface was published. */
const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_LENGTH = "2012-11-05".length;
/** `DynamoDB_20120810.PutItem`: the service, mostly with that day, and the operation. */
const TARGET = /^([A-Za-z][\w.-]*?)(?:_\d{8})?\.([A-Za-z]\w*)$/;

/** The operation that X-Amz-Target names (AWS JSON 1.0 and 1.1, smithy.io); undefined where it names none. */
export function targetOperation(target: string, names: OperationNames): Operation | undefined {
  const parts = names.of(target) === undefined ? null : TARGET.exec(target);
  if (parts === null) return undefined;
  return { system: "aws-api", service: parts[1], method: parts[2], label: target };
}

/** The query protocol: parameters of a form, or of the target, say what is asked for, and of which day's interface. */
export function awsQuery(names: OperationNames): Dialect {
  const parameters = new QueryParameters();
  const ofQuery = (bytes: Buffer, start: number, end: number): readonly Operation[] | undefined => {
    let method: string | undefined;
    let hasVersion = false;
    parameters.open(bytes, start, end);
    while (parameters.next() && !(hasVersion && method !== undefined)) {
      const { valueStart, valueEnd } = parameters;
      if (parameters.isNamed(ACTION)) method = names.get(bytes, valueStart, valueEnd);
      else if (parameters.isNamed(VERSION) && valueEnd - valueStart === DAY_LENGTH)
        hasVersion = DAY.test(bytes.latin1Slice(valueStart, valueEnd));
    }
    return hasVersion && method !== undefined ? [{ system: "aws-api", method, label: method }] : undefined;
  };
  return {
    system: "aws-api",
    mayHold: (mediaType) => mediaType === "application/x-www-form-urlencoded",
    mayBegin: (bytes, start, end) => {
      // Most send it first, some by the alphabet, or the version before it.
      if (bytes[start] !== LETTER_A && bytes[start] !== LETTER_V) return false;
      const length = Math.min(BEGINNING.length, end - start);
      if (bytes.compare(BEGINNING, 0, length, start, start + length) === 0) return true;
      return bytes.subarray(start, Math.min(end, start + MAX_BEFORE_ACTION)).includes(FURTHER_ON);
    },
    operations: ofQuery,
    queryBeginnings: ["Action", "Version"],
    ofQuery,
  };
}
