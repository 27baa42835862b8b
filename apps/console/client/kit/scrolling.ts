import { createContext } from 'preact';

/** Whether the list around scrolls now. */
export const ScrollingContext = createContext(false);
