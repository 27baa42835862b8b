import type { ConnectionState } from './connection.ts';
import { find } from './find.ts';
import type { ShownFeed, ShownPage } from './shown.ts';
import type { Words } from './words.ts';

/** A lost connection is said aloud after this, so that a short break is not. Milliseconds. */
const patienceMs = 4_000;

/** What stands around the entries. */
export interface Header {
  setFeed: (feed: ShownFeed) => void;
  setConnection: (state: ConnectionState) => void;
  setOlder: (before: string | null) => void;
  setEmpty: (isEmpty: boolean) => void;
}

/** Takes over what the server rendered. `say` tells those who listen to the page. */
export function createHeader(page: ShownPage, words: Words, say: (sentence: string) => void): Header {
  let feed = page.feed;
  let connection: ConnectionState = 'connecting';
  let isKnownLost = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const showState = (): void => {
    const state = find('#state-words');
    const isClosed = connection === 'live' && !feed.is_open;
    state.className = isClosed ? 'closed' : connection;
    state.textContent = isClosed ? words.closed : words[connection];
    find('#empty').textContent = feed.is_open ? words.empty : words.emptyClosed;
  };
  return {
    setFeed: (next) => {
      const before = feed;
      feed = next;
      showState();
      document.title = next.headline;
      write('#headline', (element) => (element.textContent = next.headline));
      // Written only if it is other than before: a video goes on.
      if (next.description_html !== before.description_html)
        write('#description', (element) => (element.innerHTML = next.description_html));
      if (next.live_content_html !== before.live_content_html)
        write('#live-content', (element) => (element.innerHTML = next.live_content_html));
    },
    setConnection: (next) => {
      connection = next;
      showState();
      if (next === 'live') {
        clearTimeout(timer);
        timer = undefined;
        if (isKnownLost) say(words.liveAgain);
        isKnownLost = false;
      } else if (next !== 'connecting' && !isKnownLost) {
        timer ??= setTimeout(() => {
          timer = undefined;
          isKnownLost = true;
          say(words[connection]);
        }, patienceMs);
      }
    },
    setOlder: (before) => {
      const link = find('#older');
      link.hidden = before === null;
      if (before !== null) link.setAttribute('href', `?before=${encodeURIComponent(before)}`);
    },
    setEmpty: (isEmpty) => {
      find('#empty').hidden = !isEmpty;
    },
  };
}

/** Changes an element that only the whole page has, not its embedded form. */
function write(selector: string, change: (element: HTMLElement) => void): void {
  const element = document.querySelector<HTMLElement>(selector);
  if (element) change(element);
}
