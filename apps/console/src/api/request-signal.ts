import { within } from '@watchpost/shared/wait';

/** No page waits longer for an answer. Milliseconds. */
const longestMs = 20_000;

/** Aborts when the console stops, and when an answer takes too long. */
export const requestSignal = ({ stopping }: { stopping: AbortSignal }): AbortSignal => within(stopping, longestMs);
