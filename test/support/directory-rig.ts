import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChatDirectory, ChatReactions } from '@watchpost/shared/chat/directory';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackDirectory } from '@watchpost/slack/directory';
import { allowPictureHosts, parseFileHost } from '@watchpost/slack/file-hosts';
import { withoutMissingScopes } from '@watchpost/slack/optional';
import { createSlackReactions } from '@watchpost/slack/reactions';

/** What feeds read of a fake Slack, and their reactions. `lenient`: as the worker has it. */
export interface DirectoryRig {
  directory: ChatDirectory;
  reactions: ChatReactions;
  lenient: { directory: ChatDirectory; reactions: ChatReactions };
  logged: string[];
}

/** With little patience. `token`: the bot's, unless a test made another one known. */
export function directoryOn(slack: FakeSlack, nowMs: () => number, token = 'xoxb-test-token'): DirectoryRig {
  const call = createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 2_000 });
  const directory = createSlackDirectory({
    call,
    allowsPicture: allowPictureHosts([parseFileHost(slack.url)!]),
    pictureTimeoutMs: 1_000,
    nowMs,
  });
  const reactions = createSlackReactions(call);
  const logged: string[] = [];
  const log = createLogger('test', 'warn', { write: (line) => void logged.push(line) });
  return { directory, reactions, lenient: withoutMissingScopes(directory, reactions, log), logged };
}
