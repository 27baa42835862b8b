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
const distant: ShownFace = { face: recordedFace({ decision: 'unrecognisable', personId: null, sizePx: 39 }), person: null };
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

  it('counts and numbers the faces that can be told apart, and only counts the others', () => {
    const { text, altText, labels } = describeResult(gathered([distant, ada, distant, stranger], null));
    expect(text).toBe('2 faces at Front door: 1: Ada, 2: Unknown 3, and 2 too far away');
    expect(altText).toBe('Snapshot at Front door with 2 faces marked, from left to right: 1: Ada, 2: Unknown 3, and 2 too far away.');
    expect(labels.map((label) => label.text)).toEqual([null, '1: Ada', null, '2: Unknown 3']);
    expect(describeResult(gathered([distant, ada], null)).text).toBe('1 face at Front door: Ada, and 1 too far away');
    expect(describeResult(gathered([unsure, ignored, distant], null)).text).toBe(
      '2 faces at Front door: 1: not sure, 2: ignored, and 1 too far away',
    );
  });

  it('says of a large face that it is unclear, not that it is far away', () => {
    expect(describeResult(gathered([ada, blurred, distant], null)).text).toBe(
      '1 face at Front door: Ada, and 1 too far away, 1 too unclear',
    );
  });

  it.each([
    [[distant], '1 face at Front door: too far away to recognise'],
    [[distant, distant], '2 faces at Front door: too far away to recognise'],
    [[blurred], '1 face at Front door: too unclear to recognise'],
    [[blurred, distant, distant], '3 faces at Front door: 2 too far away, 1 too unclear to recognise'],
  ])('says why nobody in a picture can be recognised', (faces, expected) => {
    const { text, altText } = describeResult(gathered(faces, null));
    expect(text).toBe(expected);
    expect(altText).toContain('to recognise.');
  });

  it('takes a face of an earlier release’s record by its box', () => {
    const small = { ...blurred, face: { ...blurred.face, box: { x: 1, y: 1, width: 30, height: 39 } } };
    expect(describeResult(gathered([small], null)).text).toContain('too far away');
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
