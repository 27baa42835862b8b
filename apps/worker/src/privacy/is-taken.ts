import { nameKey } from '@watchpost/gallery/names';
import type { GalleryQuestions } from '@watchpost/gallery/questions';

/** People whose names begin alike, among whom one may have a name. */
const mostAlike = 500;

/** Whether somebody who is known is called that now. */
export const createIsTaken =
  (questions: Pick<GalleryQuestions, 'findPeople'>) =>
  (name: string): boolean =>
    questions.findPeople(name, mostAlike).some((person) => nameKey(person.name) === nameKey(name));
