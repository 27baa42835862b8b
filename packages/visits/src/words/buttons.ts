import type { PostAction, PostButton } from '@watchpost/shared/chat/post';
import type { Visitor } from '../visit-view.ts';
import { nameOnButton } from './who.ts';

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
  const is = button('This is…', 'is', subject);
  const isElse = button('Somebody else…', 'is', could?.id ?? subject);
  const noFace = button('Not a face', 'not-a-face', subject);
  const seenBefore = button('Seen before?', 'seen-before', subject);
  const ask = could ? [button('Yes', 'yes', could.id, 'primary'), button('No', 'no', could.id), isElse] : [is];
  switch (standing) {
    case 'named': {
      const name = nameOnButton(person?.name ?? '');
      const not = [button(`Not ${name}`, 'not', subject), isElse, button(`Ignore ${name}`, 'ignore', subject)];
      return { buttons: [], menu: [...not, noFace, seenBefore] };
    }
    case 'ignored':
      return { buttons: [], menu: [button('Report again', 'unignore', subject), isElse, noFace] };
    case 'unknown': {
      // A face that made its own unknown cannot be somebody else than itself.
      const not = isNew ? [] : [button(`Not ${nameOnButton(person?.name ?? '')}`, 'not', subject)];
      return { buttons: ask, menu: [...not, button('Ignore', 'ignore', subject), noFace, seenBefore] };
    }
    case 'uncertain':
      return { buttons: ask, menu: [noFace, seenBefore] };
  }
}
