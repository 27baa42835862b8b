import type { PostAction, ViolationAction } from '@watchpost/shared/chat/post';

const prefix = 'watchpost:';

/** The `action_id` of the `index`th element of a block (from 0): it says what the element does, and occurs once in its block. */
export const actionId = (action: PostAction | ViolationAction | 'menu', index: number): string => `${prefix}${action}:${String(index)}`;
