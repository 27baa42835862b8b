import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CountsAnswer } from '../../src/api/session/schema.ts';
import { IconButton } from '../kit/button.tsx';
import { ConfirmHost } from '../kit/dialog.tsx';
import { keepFocus } from '../kit/focus.ts';
import { openLive, useConnected } from '../kit/live.ts';
import { useUser } from '../kit/session.ts';
import { Toasts } from '../kit/toast.tsx';
import { useQuery } from '../kit/use-query.ts';
import { BottomBar, Navigation } from './navigation.tsx';
import { ThemeSwitch } from './theme.tsx';

/** What stands around every page: the way to all others, who is signed in, what was just done. */
export function Shell({
  children,
  onSignOut,
  version,
}: {
  children: ComponentChildren;
  onSignOut: () => void;
  version: string;
}): JSX.Element {
  const [drawn, setDrawn] = useState(false);
  const counts = useQuery<CountsAnswer>('/api/counts', { topics: ['people', 'queue', 'violations', 'alerts'] }).data;
  useEffect(openLive, []);
  useEffect(keepFocus, []);
  const connected = useConnected();
  const foot = <Foot onSignOut={onSignOut} version={version} />;
  return (
    <div class="shell">
      <a class="skip button primary" href="#main">
        Skip to the page
      </a>
      <div class="side">
        <Brand />
        <Navigation counts={counts} />
        {foot}
      </div>
      <div class="content">
        {!connected && (
          <p class="offline" role="status">
            The connection is lost: what you see may be old. Trying again…
          </p>
        )}
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <BottomBar counts={counts} onMore={() => setDrawn(true)} />
      {drawn && (
        <Drawer onClose={() => setDrawn(false)}>
          <Navigation counts={counts} onFollow={() => setDrawn(false)} />
          {foot}
        </Drawer>
      )}
      <Toasts />
      <ConfirmHost />
    </div>
  );
}

const Brand = (): JSX.Element => (
  <a class="brand" href="/">
    <img src="/icon.svg" alt="" width="24" height="24" />
    watchpost
  </a>
);

function Foot({ onSignOut, version }: { onSignOut: () => void; version: string }): JSX.Element {
  const user = useUser();
  return (
    <div class="foot">
      <div class="whoami">
        <span class="who-is-it" title={`Signed in as ${user.name} (${user.role}). watchpost ${version}`}>
          <span class="truncate">{user.name}</span>
          <span class="faint small">{user.role}</span>
        </span>
        <ThemeSwitch />
        <IconButton icon="sign-out" label="Sign out" size="small" onClick={onSignOut} />
      </div>
    </div>
  );
}

function Drawer({ children, onClose }: { children: ComponentChildren; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-label="All pages"
      onClose={onClose}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="side">
        <div class="row between nowrap">
          <Brand />
          <IconButton icon="close" label="Close" onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
