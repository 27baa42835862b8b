import { changePeople } from '../support/change-people.ts';

/** `merge FROM INTO`: two people become one. Which faces the merged person keeps is decided by their vectors. */
export const run = changePeople(2, (from = '', into = '') => ({ kind: 'merge', from, into }), { vectors: true });
