import { pixelate } from '@watchpost/worker/board/pixelate';
import { planBoardPicture } from '@watchpost/worker/board/plan-picture';
import { decode } from '@watchpost/see/picture/decode';
import { beforeEach, describe, expect, it } from 'vitest';
import { boardOf, startBoardRig, type BoardRig } from '../../../support/board-rig.ts';
import { face, stranger, visitor, visitOf } from '../../../support/visit-samples.ts';

const never = new AbortController().signal;
/** A picture in which no two neighbouring pixels are alike. */
const noise = (width: number, height: number) => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7_919 + ((index * index) % 251)) % 256),
  width,
  height,
  channels: 3 as const,
});

const far = (position: number) => face(position, { decision: 'unrecognisable', person: null });

describe('a face that a board does not show', () => {
  it('becomes sixteen flat blocks, with what is around it, and nothing else changes', () => {
    const picture = noise(100, 80);
    const pixelated = pixelate(picture, [{ x: 40, y: 30, width: 20, height: 20 }]);
    const colours = new Set<string>();
    let changed = 0;
    for (let y = 0; y < 80; y += 1)
      for (let x = 0; x < 100; x += 1) {
        const at = (y * 100 + x) * 3;
        const isInside = x >= 34 && x < 66 && y >= 24 && y < 56;
        if (isInside) colours.add(pixelated.data.subarray(at, at + 3).join(' '));
        else if (pixelated.data[at] !== picture.data[at]) changed += 1;
      }
    expect(colours.size).toBeLessThanOrEqual(16);
    expect(changed).toBe(0);
  });

  it('may reach beyond the edge, or cover the picture', () => {
    const box = { x: -10, y: -10, width: 500, height: 500 };
    const { data } = pixelate(noise(40, 30), [box]);
    expect(
      new Set(Array.from({ length: 1_200 }, (_, pixel) => data.subarray(pixel * 3, pixel * 3 + 3).join(' '))).size,
    ).toBeLessThanOrEqual(16);
  });
});

describe('the picture of a visit on a board', () => {
  let board: BoardRig;
  beforeEach(() => {
    board = startBoardRig();
  });

  it('is the snapshot that shows most of those on the board; all other faces are blurred, also those too far away', () => {
    const faces = new Map([
      ['a', [face(0), stranger(1), far(2)]],
      ['b', [face(0), face(1), stranger(2), far(3)]],
    ]);
    const [ada, eve] = [
      visitor(1, { faces: ['a', 'b'].map((snapshotId) => ({ snapshotId, position: 0 })) }),
      visitor(2, { faces: [{ snapshotId: 'b', position: 1 }] }),
    ];
    const plan = planBoardPicture(visitOf(['a', 'b']), { shown: [ada, eve], blurred: [] }, faces);
    expect(plan).toMatchObject({ snapshotId: 'b', blurred: [{ x: 200 }, { x: 300 }] });
    expect(plan?.shown).toHaveLength(2);
  });

  it('is none where no snapshot shows anybody on the board', () => {
    expect(planBoardPicture(visitOf(['a']), { shown: [], blurred: [] }, new Map([['a', [stranger(0)]]]))).toBeNull();
    expect(planBoardPicture(visitOf(['a']), { shown: [visitor(1)], blurred: [] }, new Map())).toBeNull();
  });

  it('shows those without names too where the board counts them, with every face blurred', () => {
    const somebody = visitor(1, { standing: 'unknown', faces: [{ snapshotId: 'b', position: 0 }] });
    const faces = new Map([
      ['a', [far(0)]],
      ['b', [stranger(0), far(1)]],
    ]);
    const plan = planBoardPicture(visitOf(['a', 'b']), { shown: [], blurred: [somebody] }, faces);
    expect(plan).toMatchObject({ snapshotId: 'b', shown: [], blurred: [{ x: 0 }, { x: 100 }] });
  });

  it('is handed off under an id that says what is on it, with a text for those who cannot see it', async () => {
    board.rig.feeds = [boardOf({ people: { unknown: 'blur', ignored: 'leave-out' } })];
    await board.rig.join('a', [face(0), stranger(1)]);
    await board.rig.settle();
    const entry = await board.entry();
    const [picture] = entry?.published?.written.pictures ?? [];
    expect(picture).toMatchObject({ mimeType: 'image/jpeg', altText: 'Front door, 13:00: Ada and 1 more person' });
    expect(picture?.id).toMatch(/^visit:[\w-]+:[0-9a-f]{16}$/);
    expect(board.handoffs).toContain(`${entry?.id} ${entry?.picturesWanted}`);
  });

  it('is drawn with the faces blurred that the board does not show', async () => {
    board.rig.feeds = [boardOf({ people: { unknown: 'blur', ignored: 'leave-out' } })];
    await board.rig.join('a', [face(0), stranger(1)]);
    await board.rig.settle();
    const { id } = (await board.entry())!.published!.written.pictures[0]!;
    const bytes = await board.parts.boardPicture(id, board.rig.feeds[0]!, never);
    const { width, height } = await decode(bytes, { maxPixels: 4_000_000, workPixels: 4_000_000 });
    expect(width / height).toBeCloseTo(320 / 240, 1);
  });

  it('is not drawn once who is on it has changed: the newer version of the entry has its own', async () => {
    await board.rig.join('a', [face(0), stranger(1)]);
    await board.rig.settle();
    const { id } = (await board.entry())!.published!.written.pictures[0]!;
    board.rig.faces.set('a', [stranger(0), stranger(1)]);
    await expect(board.parts.boardPicture(id, board.rig.feeds[0]!, never)).rejects.toMatchObject({ code: 'file-gone' });
    for (const wrong of ['F123', 'visit:x', `visit:unknown:${'0'.repeat(16)}`])
      await expect(board.parts.boardPicture(wrong, board.rig.feeds[0]!, never)).rejects.toMatchObject({ code: 'file-gone' });
  });

  it('is another one when people change, and none where the board has no pictures', async () => {
    board.rig.feeds = [boardOf(), boardOf({ slug: 'bare', pictures: null })];
    const visit = await board.rig.join('a', [face(0), stranger(1)]);
    await board.rig.settle();
    const before = (await board.entry())!.published!.written.pictures[0]!.id;
    board.rig.nowMs += 10_000;
    board.rig.faces.set('a', [face(0), face(1, { person: { id: 'eve', status: 'named', name: 'Eve' } })]);
    board.rig.queued.push({ v: 1, kind: 'visit', visitId: visit.id, revision: 99, why: 'edit' });
    await board.rig.settle();
    expect((await board.entry())!.published!.written.pictures[0]!.id).not.toBe(before);
    expect((await board.entry('bare'))!.published!.written.pictures).toEqual([]);
  });
});
