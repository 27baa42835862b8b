import type { ServerResponse } from 'node:http';

type BadAnswer =
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  | { kind: 'html' }
  /** Status 200 with this text, as a proxy may answer. */
  | { kind: 'text'; text: string; contentType: string }
  | { kind: 'error'; error: string }
  | { kind: 'cut' };

/** How the next request to a method or path is to be mistreated; taken once. Unless it says otherwise, the work is not done. */
export type Mischief =
  | BadAnswer
  | { kind: 'hang' }
  /** Does the work, then cuts the connection before answering. */
  | { kind: 'cut-after' }
  /** Does the work, then mistreats the answer. */
  | { kind: 'worked'; answer: BadAnswer | { kind: 'hang' } }
  /** Does the work at once, and answers properly after `ms` milliseconds. */
  | { kind: 'late-answer'; ms: number }
  /** Does the work and answers properly after `ms` milliseconds, also if the client has gone by then. */
  | { kind: 'late-work'; ms: number }
  /** Answers properly, but only when `until` resolves. */
  | { kind: 'wait'; until: Promise<void> };

/** What becomes of a request. */
export interface Treatment {
  /** Resolves when the work may be done; null: it is not done. */
  work: Promise<void> | null;
  /** Instead of the proper answer, which is null; `none`: there is no answer. Given once `answer` resolves. */
  bad: ((response: ServerResponse) => void) | 'none' | null;
  answer: Promise<void>;
}

const now = Promise.resolve();
const after = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });

/** How a request is treated that meets `mischief`, or none. */
export function treatment(mischief: Mischief | undefined, latencyMs: number): Treatment {
  const arrived = latencyMs > 0 ? after(latencyMs) : now;
  const proper = { work: arrived, bad: null, answer: arrived };
  if (!mischief) return proper;
  switch (mischief.kind) {
    case 'wait':
      return { ...proper, work: mischief.until };
    case 'late-work':
      return { ...proper, work: after(mischief.ms) };
    case 'late-answer':
      return { ...proper, answer: after(mischief.ms) };
    case 'cut-after':
      return { ...proper, bad: (response) => void response.destroy() };
    case 'worked':
      return { ...treatment(mischief.answer, latencyMs), work: arrived };
    case 'hang':
      return { ...proper, work: null, bad: 'none' };
    case 'status':
    case 'html':
    case 'text':
    case 'error':
    case 'cut':
      break;
  }
  return { work: null, bad: badAnswer(mischief), answer: arrived };
}

function badAnswer(mischief: BadAnswer): (response: ServerResponse) => void {
  const text = (body: string, contentType: string) => (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': contentType }).end(body);
  switch (mischief.kind) {
    case 'status':
      return (response) => void response.writeHead(mischief.status, mischief.headers).end('{}');
    case 'html':
      return text('<!DOCTYPE html><html><body>Sign in</body></html>', 'text/html');
    case 'text':
      return text(mischief.text, mischief.contentType);
    case 'error':
      return text(JSON.stringify({ ok: false, error: mischief.error }), 'application/json');
    case 'cut':
      break;
  }
  return (response) => void response.destroy();
}
