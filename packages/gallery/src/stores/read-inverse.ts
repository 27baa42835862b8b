import { inverseFromJson, type Inverse } from '../domain.ts';

/** What cannot be read, of another release or edited by hand, cannot be undone; the entry is still shown. */
export function readInverse(json: string | null): Inverse | null {
  try {
    return inverseFromJson(json);
  } catch {
    return null;
  }
}
