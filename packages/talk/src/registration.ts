import { z } from 'zod';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { shownText } from '@watchpost/shared/text';
import { ownerKey, shortHash } from './person-hash.ts';

/** What somebody told us about themselves. */
export interface Registration {
  surname: string;
  age: number;
  gender: string;
}

/** Registrations: one of each person, by their key. Methods reject with `gallery-unavailable`. */
export interface Registrations {
  /** With when it was saved; null: there is none. */
  get(owner: ChannelKey, signal: AbortSignal): Promise<(Registration & { atMs: number }) | null>;
  /** In the place of the one before. */
  save(owner: ChannelKey, registration: Registration, signal: AbortSignal): Promise<void>;
  /** Resolves to whether there was one. */
  erase(owner: ChannelKey, signal: AbortSignal): Promise<boolean>;
}

const kind = 'registration';
const name = { characters: 64, units: 256 };
const oldest = 130;

export const registrationSchema = z.object({
  surname: z.string().min(1).max(name.units),
  age: z.number().int().min(1).max(oldest),
  gender: z.string().min(1).max(name.units),
});
const bodySchema = registrationSchema.extend({ v: z.literal(1) });

/** A surname as it is kept; null: it has no letter, or is too long. Pure. */
export const parseSurname = (text: string): string | null => shortText(text);

/** A gender in somebody's own words; null: as a surname. Pure. */
export const parseGender = (text: string): string | null => shortText(text);

/** `34`, `34 years old`; null: no whole number from 1 to 130. Pure. */
export function parseAge(text: string): number | null {
  const [, digits] = /^(\d{1,3})(?:\s*(?:y|yo|years?(?:\s+old)?))?\.?$/i.exec(text.normalize('NFKC').trim()) ?? [];
  const age = Number(digits ?? NaN);
  return age >= 1 && age <= oldest ? age : null;
}

function shortText(text: string): string | null {
  const whole = shownText(text, { characters: 10_000, units: 20_000 });
  const short = shownText(text, name);
  return short !== null && short === whole && /\p{L}/u.test(short) ? short : null;
}

/** Registrations on small documents. `keepMs`: how long one is kept after it was saved; null: until it is erased. */
export function createRegistrations(documents: DocumentStore, { keepMs }: { keepMs: number | null }): Registrations {
  return {
    get: async (owner, signal) => {
      const { document } = await documents.get(kind, shortHash(owner), signal);
      if (!document) return null;
      const { surname, age, gender } = bodySchema.parse(document.body);
      return { surname, age, gender, atMs: document.atMs };
    },
    save: async (owner, { surname, age, gender }, signal) =>
      untilNoConflict(async () => {
        const id = shortHash(owner);
        const { document, nowMs } = await documents.get(kind, id, signal);
        const atMs = Math.floor(nowMs);
        const body = bodySchema.parse({ v: 1, surname, age, gender });
        const expiresAtMs = keepMs === null ? null : atMs + keepMs;
        await documents.put({ kind, id, revision: document?.revision ?? 0, atMs, keys: [ownerKey(owner)], expiresAtMs, body }, signal);
      }, signal),
    erase: async (owner, signal) =>
      untilNoConflict(async () => {
        const { document } = await documents.get(kind, shortHash(owner), signal);
        if (document) await documents.remove(kind, document.id, document.revision, signal);
        return document !== null;
      }, signal),
  };
}
