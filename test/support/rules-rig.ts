import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Permission } from '@watchpost/shared/chat/members';
import type { Message } from '@watchpost/shared/chat/message';
import type { CanRemove } from '@watchpost/shared/chat/moderation';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post, ViolationAction } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Rules } from '@watchpost/rules/rules';
import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import type { Asker } from '@watchpost/worker/interaction/deps';
import type { RuleDeedDeps } from '@watchpost/worker/interaction/rules/deps';
import { moderate } from '@watchpost/worker/interaction/rules/moderate';
import { runRules } from '@watchpost/worker/interaction/rules/run-rules';
import { createPostNotice } from '@watchpost/worker/notice/notice';
import { interaction, notingPlatform, nothingSeen, textOf, type Seen } from './deeds-rig.ts';
import { ruleParts } from './rule-parts.ts';
import { finding, violation } from './violation-samples.ts';
import { silentChat } from './silent-chat.ts';

const never = new AbortController().signal;

/** What commands and presses about rules see of a chat, and what is seen of them. */
export interface RulesRig {
  rules: Rules;
  violations: Violations;
  deps: RuleDeedDeps;
  platform: ConnectedPlatform;
  seen: Seen;
  /** What each member may; nobody else may anything. At first UBOB and UEVE are admins. */
  admins: Map<string, Permission>;
  canRemove: CanRemove;
  /** The newest messages of each channel. */
  recent: Map<ChannelKey, Message[]>;
  /** Posts as they were edited: `slack:D1 2.0`, and what they say now. */
  edited: { at: string; post: Post }[];
  /** The answer to what UBOB typed after `/rules`. */
  ask(text: string): Promise<Post>;
  /** The same as text. */
  type(text: string, given?: { member?: string; atMs?: number }): Promise<string>;
  /** What somebody reads who pressed this. */
  press(action: ViolationAction, id: string, given?: { member?: string; channel?: ChannelKey }): Promise<string>;
  /** A violation as it is stored: a removed message of UADA, who was told. */
  store(over?: Partial<Violation>): Promise<Violation>;
  /** As it is stored now. */
  stored(id: string): Promise<Violation>;
}

/** Commands and presses about rules on a store of documents, without a queue. */
export function rulesRig(documents: DocumentStore, options: { canQuarantine?: boolean } = {}): RulesRig {
  const seen = nothingSeen();
  const parts = ruleParts(documents, options);
  const send = async (job: Job): Promise<void> => void seen.jobs.push(job);
  const noting = notingPlatform(seen);
  const rig: RulesRig = {
    ...parts,
    violations: parts.violations,
    deps: {
      ...parts,
      sender: { send },
      postNotice: createPostNotice({ documents, sender: { send }, now: Date.now, sendTimeoutMs: 1_000 }),
      sendTimeoutMs: 1_000,
      log: createLogger('test', 'silent'),
    },
    platform: {
      ...noting,
      adminChannel: 'slack:CADMIN',
      members: { ...noting.members, mayAdminister: async (member) => rig.admins.get(member) ?? 'no' },
      moderation: {
        ...silentChat.moderation,
        canRemove: async () => rig.canRemove,
        recent: async (channel, limit) => (rig.recent.get(channel) ?? []).slice(0, limit),
      },
      posts: {
        ...noting.posts,
        edit: async ({ channel, messageId, post }) => {
          rig.edited.push({ at: `${channel} ${messageId}`, post });
          return 'edited';
        },
      },
    },
    seen,
    admins: new Map([
      ['UBOB', 'yes'],
      ['UEVE', 'yes'],
    ]),
    canRemove: { can: true },
    recent: new Map(),
    edited: [],
    ask: async (text) => runRules(text, { asker: askerOf(rig, 'UBOB'), atMs: Date.now() }, rig.deps, never),
    type: async (text, { member = 'UBOB', atMs = Date.now() } = {}) =>
      textOf(await runRules(text, { asker: askerOf(rig, member), atMs }, rig.deps, never)),
    press: async (action, id, { member = 'UBOB', channel = 'slack:CADMIN' } = {}) => {
      const deed = { do: 'moderate', target: { action, violation: id } } as const;
      const job = interaction(deed, { by: { member, channel, thread: null, url: null } });
      return plain(await moderate(job, deed, askerOf(rig, member), rig.deps, never));
    },
    store: async (over = {}) => {
      const sample = violation({ told: posted, ...over });
      await parts.violations.add(sample.message, { findings: [finding()], unread: [] }, never);
      const { violation: stored } = await parts.violations.update(sample.id, () => sample, never);
      return stored;
    },
    stored: async (id) => {
      const found = await parts.violations.get(id, never);
      if (!found) throw new Error('the violation is gone');
      return found.violation;
    },
  };
  return rig;
}

const posted = { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: 1, messageId: '2.0' } as const;

const askerOf = ({ platform }: RulesRig, member: string): Asker => ({
  name: 'slack',
  platform,
  actor: { id: `slack:${member}`, where: 'slack:CADMIN' },
  member,
});
