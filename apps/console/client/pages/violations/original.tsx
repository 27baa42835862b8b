import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { OriginalAnswer } from '../../../src/api/violations/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Notice } from '../../kit/card.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { useMutation } from '../../kit/use-query.ts';

/** What is in quarantine, once somebody wants to see it: that is on record. It is forgotten when the dialog closes. */
export function Original({ id }: { id: string }): JSX.Element {
  const [original, setOriginal] = useState<OriginalAnswer | null>(null);
  const read = useMutation(async () => api.post<OriginalAnswer>(`/api/violations/${id}/original`), { done: setOriginal });
  const reveal = async (): Promise<void> => {
    const body = 'It may hold passwords or other secrets. That you have read it is kept in the log.';
    if (await confirm({ title: 'Show the original?', body, action: 'Show it' })) await read.run();
  };
  if (original === null) {
    return (
      <div>
        <Button icon="eye" busy={read.busy} onClick={() => void reveal()}>
          Show the original
        </Button>
      </div>
    );
  }
  const { texts, files } = original;
  return (
    <div class="stack tight">
      <Notice tone="warn">This is what was removed. It is in the log that you have read it.</Notice>
      {texts.map(({ where, text }, index) => (
        <figure key={index}>
          <figcaption class="small muted">{where === 'text' ? 'The message' : where}</figcaption>
          <pre class="violation-original">{text}</pre>
        </figure>
      ))}
      {files.map(({ fileId, name }) => (
        <p key={fileId} class="small muted">
          File {name ?? fileId}: <code>watchpost rules kept {id} --put FOLDER</code> writes it to a folder.
        </p>
      ))}
    </div>
  );
}
