import { ANY_METHOD, type DeclaredApi } from "../../declared/declared-api.js";
import type { DeclaredPath } from "./coverage.js";
import type { OperationDeclaration } from "./declared-operation.js";
import { type Route, RouteTable } from "./route-table.js";

/** Where an operation stands: at a declared path, or by its own name where it is a procedure. */
export type OperationPlace = Route<DeclaredPath> | string;

/** RFC 9110 §9.3.2: HEAD is GET without the content. */
const IMPLIED: Readonly<Record<string, string>> = { HEAD: "GET" };

/** Whether operations of one path have a method themselves, be it with all others. */
export function hasMethod(operations: ReadonlyMap<string, unknown> | undefined, method: string): boolean {
  return operations?.has(method) === true || operations?.has(ANY_METHOD) === true;
}

/** Files that speak of the same calls: of all of a service, or of those by host names of theirs. */
export class Speaker {
  readonly apis: readonly DeclaredApi[];
  readonly fits: (host: string) => boolean;
  readonly paths = new RouteTable<DeclaredPath>();
  readonly #operations = new Map<OperationPlace, Map<string, OperationDeclaration>>();

  constructor(apis: readonly DeclaredApi[], fits: (host: string) => boolean) {
    this.apis = apis;
    this.fits = fits;
  }

  /** Where two files have one operation, the first speaks. */
  add(place: OperationPlace, declaration: OperationDeclaration): void {
    const { method } = declaration.operation;
    const known = this.#operations.get(place) ?? new Map<string, OperationDeclaration>();
    this.#operations.set(place, known);
    if (!known.has(method)) known.set(method, declaration);
  }

  /** Where operations stand that it has. */
  places(): Iterable<OperationPlace> {
    return this.#operations.keys();
  }

  /** What it has of the method there, said or implied by another. */
  operation(method: string, place: OperationPlace): OperationDeclaration | undefined {
    const known = this.#operations.get(place);
    return known?.get(method) ?? known?.get(IMPLIED[method] ?? "") ?? known?.get(ANY_METHOD);
  }

  /** Whether it has the method itself; what is only implied is there when it answers, and not for a guess. */
  declares(method: string, place: OperationPlace): boolean {
    return hasMethod(this.#operations.get(place), method);
  }
}
