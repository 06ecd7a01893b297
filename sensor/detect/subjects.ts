/** What a finding is about where that is more than one object: the owner and a name beside it. */
export interface Subject {
  readonly name: string;
}

const MAX_NAMES = 32;

/**
 * The same object for the same owner and name. Bounded: beyond it a new object is made each time, which costs the cheap path of
 * counting and loses nothing, for findings are merged by their key.
 */
export class Subjects {
  readonly #byOwner = new WeakMap<object, Subject[]>();

  of(owner: object, name: string): Subject {
    const known = this.#byOwner.get(owner);
    if (known !== undefined) for (const subject of known) if (subject.name === name) return subject;
    const made = { name };
    if (known === undefined) this.#byOwner.set(owner, [made]);
    else if (known.length < MAX_NAMES) known.push(made);
    return made;
  }
}
