import type { ActionTarget, PostAction } from '@watchpost/shared/chat/post';
import type { ComparableFace } from '@watchpost/gallery/questions';
import type { Visit } from '@watchpost/visits/visit';
import type { Visitor } from '@watchpost/visits/visit-view';
import { planPress, type Planned } from '@watchpost/worker/interaction/press/plan-press';
import type { Situation } from '@watchpost/worker/interaction/press/situation';
import { plain } from '@watchpost/shared/chat/say';
import { describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { person } from '../../../support/factories.ts';

const ada = person({ id: 'ada', name: 'Ada' });
const grace = person({ id: 'grace', name: 'Grace' });
const stranger = person({ id: 'u7', name: 'Unknown 7', number: 7, status: 'unknown' });

/** A face of a snapshot, whose id the test's map is made of. */
const face = (snapshotId: string, over: Partial<ComparableFace> = {}) => ({ snapshotId, ...comparableFace({ person: ada, ...over }) });

function visitor(over: Partial<Visitor> = {}): Visitor {
  const faces = over.faces ?? [
    { snapshotId: 's1', position: 0 },
    { snapshotId: 's2', position: 0 },
  ];
  return {
    number: 2,
    standing: 'named',
    person: ada,
    could: null,
    contradictory: false,
    similarity: 0.8,
    sureness: 'sure',
    isNew: false,
    saidBy: null,
    best: { snapshotId: 's2', position: 0 },
    sizePx: 100,
    ...over,
    faces,
  };
}

const named = visitor();
const unknown = visitor({ standing: 'unknown', person: stranger });
const uncertain = visitor({ standing: 'uncertain', person: null, could: ada });

const target = (action: PostAction, subject: string | null): ActionTarget => ({ action, visit: 'v1', number: 2, subject });

interface Given extends Partial<Omit<Situation, 'view' | 'faces'>> {
  action: PostAction;
  shows: Visitor | null;
  others?: Visitor[];
  faces?: ComparableFace[];
}

function plan({ action, shows, others = [], faces, subject = null, ...over }: Given): Planned {
  const shown = shows ? [shows] : [];
  const owner = shows?.person ?? null;
  const all = faces ?? [
    face('s1', { person: owner as ComparableFace['person'] }),
    face('s2', { person: owner as ComparableFace['person'] }),
  ];
  const visit = { id: 'v1', numbers: [], said: [], snapshots: [] } as unknown as Visit;
  return planPress({
    target: target(action, subject?.id ?? null),
    who: null,
    visit,
    view: { visitors: [...shown, ...others], tooFar: 0, tooUnclear: 0, fromMs: 0, toMs: 0, snapshots: 2, bestSnapshotId: 's2' },
    faces: new Map(all.map((each) => [(each as unknown as { snapshotId: string }).snapshotId, [each]])),
    subject,
    by: 'slack:UBOB',
    last: null,
    namedBy: null,
    ...over,
  });
}

const refusal = (planned: Planned): string => ('refused' in planned ? plain(planned.refused) : 'not refused');
const planOf = (planned: Planned) => ('plan' in planned ? planned.plan : null);
const aliceSaid = (summary: string) => ({ by: 'slack:UALICE', summary });

describe('what a press comes to', () => {
  it('an unknown becomes the chosen person, best face first', () => {
    expect(planOf(plan({ action: 'is', shows: unknown, subject: stranger, who: { person: ada } }))).toEqual({
      steps: [
        { do: 'this-is', snapshotId: 's2', position: 0, person: 'ada', name: null },
        { do: 'this-is', snapshotId: 's1', position: 0, person: 'ada', name: null },
      ],
      said: null,
      summary: '2 is Ada',
    });
  });

  it('a new name is given to the best face, and the other faces become whoever that made', () => {
    expect(planOf(plan({ action: 'is', shows: named, subject: ada, who: { name: 'Zoe' } }))?.steps).toEqual([
      { do: 'this-is', snapshotId: 's2', position: 0, person: null, name: 'Zoe' },
      { do: 'this-is', snapshotId: 's1', position: 0, person: null, name: null },
    ]);
  });

  it('faces that are the right person already are left alone', () => {
    const faces = [face('s1', { person: grace }), face('s2', { person: ada })];
    expect(
      planOf(plan({ action: 'is', shows: visitor({ standing: 'uncertain', person: null }), who: { person: ada }, faces }))?.steps,
    ).toEqual([{ do: 'this-is', snapshotId: 's1', position: 0, person: 'ada', name: null }]);
  });

  it('Yes makes an uncertain visitor that person; No teaches each face that was taken for it, and the post remembers', () => {
    const faces = [face('s1', { decision: 'uncertain' }), face('s2', { decision: 'uncertain', person: grace })];
    expect(planOf(plan({ action: 'yes', shows: uncertain, subject: ada, faces }))?.steps).toHaveLength(2);
    expect(planOf(plan({ action: 'no', shows: uncertain, subject: ada, faces }))).toEqual({
      steps: [{ do: 'deny', snapshotId: 's1', position: 0, person: 'ada' }],
      said: { number: 2, notPerson: 'ada' },
      summary: '2 is not Ada',
    });
  });

  it('No about an unknown says that the two are not the same', () => {
    const shows = visitor({ ...unknown, could: ada });
    expect(planOf(plan({ action: 'no', shows, subject: ada }))?.steps).toEqual([{ do: 'distinguish', person: 'u7', other: 'ada' }]);
  });

  it('Not Ada denies every face; Not a face dismisses every face; Ignore concerns the person', () => {
    expect(planOf(plan({ action: 'not', shows: named, subject: ada }))).toMatchObject({
      steps: [
        { do: 'deny', snapshotId: 's2' },
        { do: 'deny', snapshotId: 's1' },
      ],
      said: { number: 2, notPerson: 'ada' },
    });
    expect(planOf(plan({ action: 'not-a-face', shows: named, subject: ada }))?.steps.map((step) => step.do)).toEqual([
      'dismiss',
      'dismiss',
    ]);
    expect(planOf(plan({ action: 'ignore', shows: unknown, subject: stranger }))?.steps).toEqual([{ do: 'ignore', person: 'u7' }]);
    const ignored = visitor({ standing: 'ignored' });
    expect(planOf(plan({ action: 'unignore', shows: ignored, subject: ada }))?.steps).toEqual([{ do: 'unignore', person: 'ada' }]);
  });

  it('a number that another one has taken over means that visitor', () => {
    const visit = {
      id: 'v1',
      said: [],
      snapshots: [],
      numbers: [{ number: 2, faces: [{ snapshotId: 's1', position: 0 }] }],
    } as unknown as Visit;
    expect(planOf(plan({ action: 'not', shows: visitor({ number: 1 }), subject: ada, visit }))?.summary).toBe('1 is not Ada');
  });
});

describe('what somebody is told when nothing is changed', () => {
  it('somebody else has said it', () => {
    const last = aliceSaid('2 is Ada');
    const said = 'UALICE has already said: 2 is Ada. If that is wrong, undo it below the post.';
    expect(refusal(plan({ action: 'is', shows: named, subject: stranger, who: { person: ada }, last }))).toBe(said);
    expect(refusal(plan({ action: 'is', shows: named, subject: stranger, who: { person: grace }, last }))).toBe(said);
    expect(refusal(plan({ action: 'yes', shows: named, subject: ada, last }))).toBe(said);
    expect(refusal(plan({ action: 'yes', shows: visitor({ saidBy: 'slack:UALICE' }), subject: ada }))).toBe(said);
    expect(refusal(plan({ action: 'is', shows: named, subject: ada, who: { person: ada } }))).toBe('2 is already Ada.');
  });

  it('somebody else named the unknown while the dialog was open', () => {
    const given = { shows: named, subject: ada, namedBy: 'slack:UALICE' };
    expect(refusal(plan({ ...given, action: 'is', who: { person: grace } }))).toContain('UALICE has already said: 2 is Ada.');
    expect(refusal(plan({ ...given, action: 'ignore' }))).toContain('UALICE has already said: 2 is Ada.');
    expect(planOf(plan({ ...given, action: 'not' }))?.summary).toBe('2 is not Ada');
  });

  it('the unknown of the button was merged into somebody', () => {
    const merged = { target: target('ignore', 'u7'), shows: named, subject: ada } as const;
    expect(refusal(plan({ ...merged, action: 'ignore' }))).toBe('2 is now Ada. Look at the post again.');
    expect(planOf(plan({ ...merged, target: target('not', 'old-ada'), action: 'not' }))?.summary).toBe('2 is not Ada');
  });

  it('the person of the button was forgotten, or somebody else is shown', () => {
    expect(refusal(plan({ action: 'not', shows: named, target: target('not', 'gone') }))).toBe(
      'The person that 2 was taken for has been forgotten. Look at the post again.',
    );
    expect(refusal(plan({ action: 'not', shows: named, subject: grace }))).toBe('2 is now Ada. Look at the post again.');
    expect(refusal(plan({ action: 'yes', shows: visitor({ ...uncertain, could: grace }), subject: ada }))).toBe(
      '2 could now be Grace. Look at the post again.',
    );
  });

  it('the number is not shown any more, or nobody knows its faces any more', () => {
    expect(refusal(plan({ action: 'not', shows: null, subject: ada, faces: [face('s1')] }))).toBe('2 is no longer shown in this post.');
    expect(refusal(plan({ action: 'not', shows: null, subject: ada, faces: [face('s1')], last: aliceSaid('2 is not a face') }))).toContain(
      'UALICE has already said: 2 is not a face.',
    );
    expect(refusal(plan({ action: 'not', shows: null, subject: ada, faces: [] }))).toBe('This post is too old to be changed.');
    const erased = [face('s1', { embedding: new Float32Array() }), face('s2', { embedding: new Float32Array() })];
    expect(refusal(plan({ action: 'not', shows: named, subject: ada, faces: erased }))).toBe(
      'The face of 2 was erased, so nothing more can be said about it.',
    );
  });

  it('the person is another number in the same picture', () => {
    const beside = visitor({ number: 1, person: grace, faces: [{ snapshotId: 's1', position: 1 }] });
    expect(refusal(plan({ action: 'is', shows: unknown, others: [beside], subject: stranger, who: { person: grace } }))).toBe(
      'Grace is 1 in the same picture, so 2 is somebody else. If 1 is wrong, correct that first.',
    );
    const elsewhere = { ...beside, faces: [{ snapshotId: 's9', position: 1 }] };
    expect(planOf(plan({ action: 'is', shows: unknown, others: [elsewhere], subject: stranger, who: { person: grace } }))?.summary).toBe(
      '2 is Grace',
    );
  });

  it('everything is so already', () => {
    const visit = { id: 'v1', numbers: [], snapshots: [], said: [{ number: 2, notPerson: 'ada' }] } as unknown as Visit;
    const denied = visitor({ standing: 'uncertain', person: null });
    expect(refusal(plan({ action: 'not', shows: denied, subject: ada, visit }))).toBe('It is already known that 2 is not Ada.');
    expect(refusal(plan({ action: 'not', shows: denied, subject: ada, visit, last: aliceSaid('2 is not Ada') }))).toContain(
      'UALICE has already said',
    );
    expect(refusal(plan({ action: 'ignore', shows: visitor({ standing: 'ignored' }), subject: ada }))).toBe('2 is already ignored.');
    expect(refusal(plan({ action: 'ignore', shows: uncertain, subject: ada }))).toBe('It is not certain who 2 is. First say who it is.');
  });

  it('nobody was chosen', () => {
    expect(refusal(plan({ action: 'is', shows: unknown, subject: stranger }))).toContain('Nobody was chosen.');
  });

  it('Somebody else… below a question about an unknown means the unknown', () => {
    const shows = visitor({ ...unknown, could: ada });
    expect(planOf(plan({ action: 'is', shows, subject: ada, who: { person: grace } }))?.summary).toBe('2 is Grace');
  });
});
