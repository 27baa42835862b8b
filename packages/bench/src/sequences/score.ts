import { smallestFacePx, type SeenFace } from '@watchpost/see/face-engine';

/** How many of the drawn faces were found. */
export interface Score {
  drawn: number;
  found: number;
  falseAlarms: number;
}

export const emptyScore: Score = { drawn: 0, found: 0, falseAlarms: 0 };

/** A drawn face is found if the tip of its nose lies in a box that no other nose has claimed. Boxes left over are false alarms, unless they are too small for the worker. */
export function addFound(score: Score, noses: readonly { x: number; y: number }[], faces: readonly SeenFace[]): Score {
  const free = new Set(faces);
  let found = 0;
  for (const { x, y } of noses) {
    const face = [...free].find(({ box }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
    if (!face) continue;
    found += 1;
    free.delete(face);
  }
  return {
    drawn: score.drawn + noses.length,
    found: score.found + found,
    falseAlarms: score.falseAlarms + [...free].filter(({ sizePx }) => sizePx >= smallestFacePx).length,
  };
}

/** 1 where no face was drawn. */
export const recallOf = ({ drawn, found }: Score): number => (drawn === 0 ? 1 : found / drawn);
