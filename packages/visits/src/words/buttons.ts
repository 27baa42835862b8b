import type { PostAction, PostButton } from '@watchpost/shared/chat/post';
import type { Visitor } from '../visit-view.ts';
import { shortName } from './who.ts';

/** What can be done about one visitor: what is wanted often as buttons, the rest in a menu. */
export interface VisitorButtons {
  buttons: PostButton[];
  menu: PostButton[];
}

/**
 * A named visitor has a menu only; of an unknown somebody may say who it is; where it is not sure the post asks. `visit`: its id.
 */
export function buttonsOf({ number, standing, person, could, isNew }: Visitor, visit: string): VisitorButtons {
  const button = (label: string, action: PostAction, subject: string | null, style?: PostButton['style']): PostButton => ({
    label,
    target: { action, visit, number, subject },
    ...(style && { style }),
  });
  const subject = person?.id ?? null;
  const name = shortName(person?.name ?? '');
  const is = button('This is…', 'is', subject);
  const isElse = button('Somebody else…', 'is', could?.id ?? subject);
  const not = button(`Not ${name}`, 'not', subject);
  const noFace = button('Not a face', 'not-a-face', subject);
  const seenBefore = button('Seen before?', 'seen-before', subject);
  const ask = could ? [button('Yes', 'yes', could.id, 'primary'), button('No', 'no', could.id), isElse] : [is];
  const all: Record<Visitor['standing'], VisitorButtons> = {
    named: { buttons: [], menu: [not, isElse, button(`Ignore ${name}`, 'ignore', subject), noFace, seenBefore] },
    ignored: { buttons: [], menu: [button('Report again', 'unignore', subject), isElse, noFace] },
    // A face that made its own unknown cannot be somebody else than itself.
    unknown: { buttons: ask, menu: [...(isNew ? [] : [not]), button('Ignore', 'ignore', subject), noFace, seenBefore] },
    uncertain: { buttons: ask, menu: [noFace, seenBefore] },
  };
  return all[standing];
}
