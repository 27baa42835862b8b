import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { pause, within } from '../wait.ts';
import { removeDocument } from './remove-document.ts';
import type { DocumentStore } from './document-store.ts';
import { untilNoConflict } from './until-no-conflict.ts';

const presentSchema = z.object({
  v: z.literal(1),
  /** `worker`. */
  name: z.string(),
  /** Of the machine or the container; with the process's number, for people. */
  host: z.string(),
  pid: z.number().int(),
  /** Milliseconds since 1970, by the process's clock. */
  startedAtMs: z.number(),
  /** By the database's clock. */
  seenAtMs: z.number(),
  /** How often it says so, milliseconds. */
  everyMs: z.number(),
  /** What it does at this moment, by kind of job. */
  running: z.array(z.object({ kind: z.string(), count: z.number().int() })),
  /** What it takes no jobs for, and what a person can do about it; null: it does not know yet. */
  held: z.array(z.object({ kind: z.string(), need: z.string(), reason: z.string() })).nullable(),
});
/** A process that has shown itself lately. */
export type Present = z.infer<typeof presentSchema> & { id: string };

const kind = 'presence';
const mostProcesses = 1_000;
/** Whoever has missed so many beats is gone. */
const beats = 3;
/** For the last word of a process that stops, milliseconds. */
const goodbyeMs = 1_000;

export interface PresenceOptions {
  documents: DocumentStore;
  name: string;
  /** What it does now. */
  look: () => Pick<Present, 'running' | 'held'>;
  /** Milliseconds. */
  everyMs?: number;
}

/** Shows that this process is there, until the signal aborts; then it takes that back. Never rejects: while the database is away nobody sees it. */
export async function showPresence({ documents, name, look, everyMs = 10_000 }: PresenceOptions, signal: AbortSignal): Promise<void> {
  const id = randomUUID();
  const startedAtMs = Math.floor(Date.now() - process.uptime() * 1_000);
  const host = hostname();
  const beat = async (): Promise<void> =>
    untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(kind, id, signal);
      const seenAtMs = Math.floor(nowMs);
      const body = { v: 1, name, host, pid: process.pid, startedAtMs, seenAtMs, everyMs, ...look() };
      const expiresAtMs = seenAtMs + (beats + 1) * everyMs;
      await documents.put({ kind, id, revision: document?.revision ?? 0, atMs: seenAtMs, keys: [], expiresAtMs, body }, signal);
    }, signal);
  while (!signal.aborted) {
    await beat().catch(() => undefined);
    await pause(everyMs, signal).catch(() => undefined);
  }
  await removeDocument(documents, kind, id, within(new AbortController().signal, goodbyeMs)).catch(() => undefined);
}

/** The processes that are there, those that started first first. Rejects with `gallery-unavailable`. */
export async function listPresent(documents: DocumentStore, signal: AbortSignal): Promise<Present[]> {
  const found = await documents.find({ kind, order: 'newest', limit: mostProcesses }, signal);
  const { nowMs } = await documents.get(kind, '-', signal);
  return found
    .flatMap(({ id, body }) => {
      const { data } = presentSchema.safeParse(body);
      return data && nowMs - data.seenAtMs <= beats * data.everyMs ? [{ ...data, id }] : [];
    })
    .sort((a, b) => a.startedAtMs - b.startedAtMs);
}
