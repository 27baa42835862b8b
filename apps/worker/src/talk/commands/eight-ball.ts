import { createHash } from 'node:crypto';
import { say } from '@watchpost/shared/chat/say';
import { isVisible } from '@watchpost/shared/text';
import { messageOf } from '../answering.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

/** `/8ball QUESTION`: an answer. Each attempt of a job gives the same one. */
export const eightBall: TalkCommand<WordsDeps> = {
  name: '8ball',
  run: async (typed, talker, deps) => {
    const { ball } = wordsOf(talker, deps);
    if (!isVisible(typed)) return messageOf(ball.ask);
    const chance = createHash('sha256').update(talker.jobId).digest().readUInt32BE();
    return messageOf(say`🎱 ${ball.answers[chance % ball.answers.length] ?? ''}`);
  },
};
