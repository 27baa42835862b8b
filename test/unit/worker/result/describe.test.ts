import { describe, expect, it } from 'vitest';
import { isWorthPosting, type ShownFace } from '@watchpost/worker/result/1-gather';
import { renderMrkdwn } from '@watchpost/slack/mrkdwn';
import { describe as describeInRuns } from '@watchpost/worker/result/2-describe';
import { person, recordedFace, snapshotJob, snapshotRecord } from '../../../support/factories.ts';

const ada: ShownFace = { face: recordedFace(), person: person() };
const stranger: ShownFace = {
  face: recordedFace({ decision: 'unknown' }),
  person: person({ id: 'p2', status: 'unknown', name: 'Unknown 3', number: 3 }),
};
const unsure: ShownFace = { face: recordedFace({ decision: 'uncertain' }), person: person() };
const blurred: ShownFace = { face: recordedFace({ decision: 'unrecognisable', personId: null }), person: null };
const ignored: ShownFace = { face: recordedFace(), person: person({ status: 'ignored', name: 'Postman' }) };
/** The description with its text as Slack's platform renders it. */
const describeResult = (given: Parameters<typeof describeInRuns>[0]) => {
  const description = describeInRuns(given);
  return { ...description, text: renderMrkdwn(description.text) };
};
const gathered = (faces: ShownFace[], link: string | null = 'https://example.slack.com/p1') => ({ record: snapshotRecord(), faces, link });

describe('the words of a result', () => {
  it('names everyone, says where, and links to the snapshot', () => {
    const { text, altText, labels, title } = describeResult(gathered([ada, stranger]));
    expect(text).toBe('2 faces at Front door: 1: Ada, 2: Unknown 3 · <https://example.slack.com/p1|snapshot>');
    expect(altText).toBe('Snapshot at Front door with 2 faces marked, from left to right: 1: Ada, 2: Unknown 3.');
    expect(labels).toEqual([
      { style: 'named', text: '1: Ada' },
      { style: 'unknown', text: '2: Unknown 3' },
    ]);
    expect(title).toBe('Front door');
  });

  it('never gives an uncertain face a name', () => {
    const { text, altText, labels } = describeResult(gathered([unsure]));
    expect(text + altText + JSON.stringify(labels)).not.toContain('Ada');
    expect(labels[0]?.style).toBe('uncertain');
  });

  it('reports a face that is too unclear', () => {
    expect(describeResult(gathered([blurred])).text).toContain('1 face at Front door: too unclear');
  });

  it('uses the name of now for a stranger who was named meanwhile', () => {
    const { labels } = describeResult(gathered([{ ...stranger, person: person({ name: 'Grace' }) }]));
    expect(labels).toEqual([{ style: 'named', text: 'Grace' }]);
  });

  it('keeps names and cameras from becoming mentions or links', () => {
    const record = snapshotRecord({ job: snapshotJob({ camera: 'A & B' }) });
    const { text } = describeResult({ record, faces: [{ ...ada, person: person({ name: '<!channel>' }) }], link: null });
    expect(text).toBe('1 face at A &amp; B: &lt;!channel&gt;');
  });

  it('posts nothing about ignored persons alone, and does not name them beside others', () => {
    expect(isWorthPosting([ignored])).toBe(false);
    expect(isWorthPosting([ignored, stranger])).toBe(true);
    expect(isWorthPosting([blurred])).toBe(true);
    expect(describeResult(gathered([ignored, ada])).text).not.toContain('Postman');
  });
});
