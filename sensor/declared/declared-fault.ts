/** Why a file, or a part of it, can't be used: place, what is wrong and the remedy, for a person. */
export class DeclaredFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DeclaredFault";
  }
}
