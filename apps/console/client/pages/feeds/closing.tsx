import type { JSX } from 'preact';
import type { FeedRow } from '../../../src/api/feeds/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { invalidate } from '../../kit/cache.ts';
import { confirm } from '../../kit/dialog.tsx';
import { useMay } from '../../kit/session.ts';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';

/** Closes a feed, and opens it again. One that its file closes is opened there. */
export function Closing({ feed: { slug, headline, isOpen, isClosedByHand } }: { feed: FeedRow }): JSX.Element | null {
  const mayEdit = useMay('editor');
  const put = async (isClosed: boolean): Promise<{ isClosed: boolean }> => api.put(`/api/feeds/${slug}/closing`, { isClosed });
  const change = useMutation(put, {
    invalidates: ['/api/feeds'],
    done: ({ isClosed }) =>
      toast(isClosed ? 'Closed: readers see that the feed has ended' : 'Opened again: it takes what is posted from now on', {
        undo: async () => put(!isClosed).finally(() => invalidate('/api/feeds')),
      }),
  });
  const close = async (): Promise<void> => {
    const yes = await confirm({
      title: `Close ${headline || slug}?`,
      body: 'It takes nothing new, and readers see that it has ended. What is there stays. It can be opened again.',
      action: 'Close the feed',
    });
    if (yes) await change.run(true);
  };
  if (!mayEdit || (!isOpen && !isClosedByHand)) return null;
  return isClosedByHand ? (
    <Button busy={change.busy} onClick={() => void change.run(false)}>
      Open again
    </Button>
  ) : (
    <Button icon="lock" busy={change.busy} onClick={() => void close()}>
      Close…
    </Button>
  );
}
