import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../src/api/session/schema.ts';
import { api, ApiError, setCsrfToken, whenSignedOut } from '../kit/api.ts';
import { forgetAll } from '../kit/cache.ts';
import { closeLive } from '../kit/live.ts';
import { SessionContext } from '../kit/session.ts';
import { ErrorState } from '../kit/states.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

/** A link that logs in once carries its code behind the #, where no server and no log sees it. */
function takeCode(): string | null {
  const code = /^#code=([\w.-]+)$/.exec(window.location.hash)?.[1] ?? null;
  if (code) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return code;
}

/** Shows the pages to whoever is signed in, and the sign-in to everybody else. The address stays: after signing in one is where one wanted to be. */
export function SessionGate({ children }: { children: ComponentChildren }): JSX.Element | null {
  const [session, setSession] = useState<SessionAnswer | null>(null);
  const [fault, setFault] = useState<ApiError | null>(null);
  const load = useCallback(async (): Promise<SessionAnswer | null> => {
    try {
      const answer = await api.get<SessionAnswer>('/api/session');
      setCsrfToken(answer.csrfToken);
      setSession(answer);
      setFault(null);
      return answer;
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError('internal', String(error), 0));
      return null;
    }
  }, []);
  useEffect(() => {
    const begin = async (): Promise<void> => {
      const code = takeCode();
      const answer = await load();
      if (!code || !answer || answer.user) return;
      try {
        await api.post('/api/sign-in/link', { code });
        await load();
      } catch (error) {
        if (error instanceof ApiError) setFault(error);
      }
    };
    void begin();
  }, []);
  useEffect(() => {
    whenSignedOut(() => {
      closeLive();
      forgetAll();
      void load();
    });
  }, [load]);
  if (fault) {
    return (
      <main class="signing-in">
        <ErrorState error={fault} onRetry={() => void load()} />
      </main>
    );
  }
  if (!session) return null;
  if (!session.user) return <SignIn session={session} onSignedIn={() => void load()} />;
  const signOut = async (): Promise<void> => {
    await api.post('/api/sign-out').catch(() => undefined);
    closeLive();
    forgetAll();
    await load();
  };
  return (
    <SessionContext.Provider value={session.user}>
      <Shell onSignOut={() => void signOut()} version={session.version}>
        {children}
      </Shell>
    </SessionContext.Provider>
  );
}
