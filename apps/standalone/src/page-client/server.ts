/** What the server answers to something that was done on the page. */
export interface Outcome {
  error?: string;
  errors?: Record<string, string>;
  options?: { value: string; label: string }[];
}

/** What was put into a field. */
export interface FieldValue {
  block: string;
  action: string;
  value: string | null;
  label?: string | undefined;
  values?: string[] | undefined;
}

/** Tells the server what was done. Never rejects: what went wrong is a sentence. */
export async function tell(what: Record<string, unknown>): Promise<Outcome> {
  try {
    const response = await fetch('/do', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });
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
  hiding = setTimeout(() => (place.textContent = ''), 6_000);
}
