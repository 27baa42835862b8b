import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../src/api/session/schema.ts';
import type { SessionEnd } from '../../src/sign-in/sessions.ts';
import { api, ApiError, setCsrfToken, toApiError, whenSignedOut } from '../kit/api.ts';
import { forgetAll } from '../kit/cache.ts';
import { closeLive } from '../kit/live.ts';
import { focusNextPage } from '../kit/page.tsx';
import { SessionContext } from '../kit/session.ts';
import { ErrorState } from '../kit/states.tsx';
import { Shell } from './shell.tsx';
import { SignIn, type Told } from './sign-in.tsx';

/** A link that logs in once carries its code behind the #, where no server and no log sees it. */
function takeCode(): string | null {
  const code = /^#code=([\w.-]+)$/.exec(window.location.hash)?.[1] ?? null;
  if (code) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return code;
}

/** Signed in, and yet nobody is: the browser keeps a cookie that is for https only where the page came by it. */
const cookieLost = (address: string | null): string =>
  address === null || new URL(address).origin === window.location.origin
    ? 'Signed in, but this browser did not keep the cookie. Allow cookies for this page, and try again.'
    : `Signed in, but this browser did not keep the cookie: open the console at ${address}`;

const over = 'Your session has ended';
const endings: Record<SessionEnd, string> = {
  idle: `${over}: nobody used it for 12 hours.`,
  longest: `${over}: seven days are the longest that one lasts.`,
  changed: `${over}: the password that you signed in with, or the link, was changed.`,
  elsewhere: `${over}: it was ended from another browser.`,
  replaced: `${over}: the database was replaced, such as by a backup, and everybody signs in again.`,
  unknown: `${over}.`,
};

/** Shows the pages to whoever is signed in, and the sign-in to everybody else. The address stays: after signing in one is where one wanted to be. */
export function SessionGate({ children }: { children: ComponentChildren }): JSX.Element | null {
  const [session, setSession] = useState<SessionAnswer | null>(null);
  const [fault, setFault] = useState<ApiError | null>(null);
  /** What there is to say to whoever is about to sign in. */
  const [told, setTold] = useState<Told | null>(null);
  /** Whoever signs out need not be told. */
  const leaving = useRef(false);
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
  const enter = useCallback(async (): Promise<void> => {
    focusNextPage();
    const answer = await load();
    leaving.current = false;
    setTold(answer && !answer.user ? { tone: 'danger', text: cookieLost(answer.address) } : null);
  }, [load]);
  useEffect(() => {
    const begin = async (): Promise<void> => {
      const code = takeCode();
      const answer = await load();
      if (answer?.ended) setTold({ tone: 'info', text: endings[answer.ended] });
      if (!code || !answer || answer.user) return;
      try {
        await api.post('/api/sign-in/link', { code });
        await enter();
      } catch (error) {
        setTold({ tone: 'danger', text: toApiError(error).message });
      }
    };
    void begin();
  }, []);
  useEffect(() => {
    whenSignedOut(() => {
      closeLive();
      forgetAll();
      void load().then((answer) => {
        if (answer && !answer.user && !leaving.current) setTold({ tone: 'info', text: endings[answer.ended ?? 'unknown'] });
      });
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
  if (!session.user) return <SignIn session={session} told={told} onSignedIn={() => void enter()} />;
  const signOut = async (): Promise<void> => {
    leaving.current = true;
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
