import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionAnswer } from '../../src/api/session/schema.ts';
import type { Role } from '../../src/sign-in/user.ts';

export type SignedIn = NonNullable<SessionAnswer['user']>;

/** Whoever is signed in; pages are only shown to somebody who is. */
export const SessionContext = createContext<SignedIn>({ id: '', name: '', role: 'viewer' });

export const useUser = (): SignedIn => useContext(SessionContext);

const ranks: Record<Role, number> = { viewer: 0, editor: 1, admin: 2 };

/** Whether whoever is signed in may do what needs this role: hide or disable the rest. The server decides all the same. */
export const useMay = (needed: Role): boolean => ranks[useUser().role] >= ranks[needed];
