/** What somebody may do in the console, each what the one before it may, too. `viewer`: look. `editor`: people and entries. `admin`: everything. */
export const roles = ['viewer', 'editor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whoever is signed in. */
export interface User {
  /** For the audit: `console:ada@example.org`. */
  id: string;
  name: string;
  role: Role;
}

/** Whether a role suffices. */
export const mayAct = (user: Pick<User, 'role'>, needed: Role): boolean => roles.indexOf(user.role) >= roles.indexOf(needed);
