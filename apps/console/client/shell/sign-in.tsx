import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../src/api/session/schema.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Notice } from '../kit/card.tsx';
import { TextField } from '../kit/field.tsx';
import { useMutation } from '../kit/use-query.ts';

/** What somebody hears before they sign in. */
export interface Told {
  tone: 'info' | 'danger';
  text: string;
}

/** For whoever is not signed in: asks for the password, or says how else one comes in. */
export function SignIn({
  session,
  told,
  onSignedIn,
}: {
  session: SessionAnswer;
  /** Why one is not in yet. */
  told: Told | null;
  onSignedIn: () => void;
}): JSX.Element {
  const [password, setPassword] = useState('');
  const signIn = useMutation(async () => api.post('/api/sign-in', { password }), { quiet: true, done: onSignedIn });
  useEffect(() => {
    document.title = 'Sign in · watchpost';
  }, []);
  return (
    <main class="signing-in">
      <div class="card stack">
        <div class="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          watchpost
        </div>
        <h1>Sign in</h1>
        {told !== null && !signIn.error && (
          <div role={told.tone === 'info' ? 'status' : undefined}>
            <Notice tone={told.tone}>{told.text}</Notice>
          </div>
        )}
        {session.password ? (
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void signIn.run();
            }}
          >
            <input
              class="visually-hidden"
              type="text"
              name="username"
              value="console"
              autocomplete="username"
              tabIndex={-1}
              aria-hidden="true"
              readOnly
            />
            <TextField
              label="Password"
              type="password"
              autocomplete="current-password"
              value={password}
              onInput={setPassword}
              fault={signIn.error?.message}
              autofocus
              required
            />
            <Button type="submit" tone="primary" busy={signIn.busy} disabled={password === ''}>
              Sign in
            </Button>
          </form>
        ) : (
          <Notice tone="info">
            {session.link
              ? 'The link that npm start has printed in its terminal signs in once, within 15 minutes. For another one, stop it (Ctrl-C) and start it again.'
              : "No password is set for this console. Come through your organisation's sign-in, or use a token for the API: see docs/console.md."}
          </Notice>
        )}
      </div>
    </main>
  );
}
