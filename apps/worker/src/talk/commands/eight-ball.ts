import { createHash } from 'node:crypto';
import { say } from '@watchpost/shared/chat/say';
import { isVisible } from '@watchpost/shared/text';
import { wordsFor } from '@watchpost/talk/words/words';
import { textMessage } from '../messages.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

/** `/8ball QUESTION`: an answer. Each attempt of a job gives the same one. */
export const eightBall: TalkCommand<WordsDeps> = {
  name: '8ball',
  description: wordsFor(null).does['8ball'],
  run: async (typed, talker, deps) => {
    const { ball } = wordsOf(talker, deps);
    if (!isVisible(typed)) return textMessage(ball.ask);
    const chance = createHash('sha256').update(talker.jobId).digest().readUInt32BE();
    return textMessage(say`🎱 ${ball.answers[chance % ball.answers.length] ?? ''}`);
  },
};
