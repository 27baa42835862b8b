/** What the server answers to something that was done. */
export interface Outcome {
  error?: string;
  answer?: { text: string; alert: boolean };
}

/** Tells the server what was done. Never rejects: what went wrong is a sentence. */
export const tell = async (what: Record<string, unknown>): Promise<Outcome> =>
  post('/do', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });

/** Sends a file to a chat. */
export async function upload(file: File, about: Record<string, string>): Promise<Outcome> {
  const query = new URLSearchParams({ ...about, name: file.name, type: file.type }).toString();
  return post(`/files?${query}`, { headers: { 'content-type': 'application/octet-stream' }, body: file });
}

async function post(to: string, what: { headers: Record<string, string>; body: BodyInit }): Promise<Outcome> {
  try {
    const response = await fetch(to, { method: 'POST', ...what });
    if (response.status === 413) return { error: 'This file is too large: 50 MB at most.' };
    if (!response.ok) return { error: `The page's server answered ${String(response.status)}.` };
    const outcome: Outcome = await response.json();
    return outcome;
  } catch {
    return { error: 'watchpost has been stopped. Start it again with npm start.' };
  }
}

let hiding: ReturnType<typeof setTimeout> | undefined;

/** Shows a sentence for some seconds. */
export function toast(text: string): void {
  const place = document.querySelector('#toast');
  if (!place) return;
  place.textContent = text;
  clearTimeout(hiding);
  hiding = setTimeout(() => (place.textContent = ''), 5_000);
}

/** Shows what came of something: what is wrong, or what the bot answered. */
export function show({ error, answer }: Outcome): void {
  if (error !== undefined) return toast(error);
  if (!answer) return;
  const alert = document.querySelector<HTMLDialogElement>('#alert');
  const text = document.querySelector('#alert-text');
  if (!answer.alert || !alert || !text) return toast(answer.text);
  text.textContent = answer.text;
  alert.showModal();
}
