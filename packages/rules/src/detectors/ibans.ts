import { isValidIBAN } from 'ibantools';
import type { Detector } from './detector.ts';
export const ibans: Detector = {
  find: async (text) =>
    Array.from(text.matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g), ({ 0: found, index }) => ({
      start: index,
      end: index + found.length,
      found,
    }))
      .filter(({ found }) => isValidIBAN(found.replaceAll(' ', '')))
      .map(({ start, end }) => ({ start, end })),
};
