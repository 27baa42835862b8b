/** What the proof looks for: the gallery did something that the model does not allow. */
export class Violation extends Error {
  override name = 'Violation';
}

export function violated(message: string): never {
  throw new Violation(message);
}
