import { runCommand, type RunCommandOptions } from './run-command.ts';

/** What somebody who has just installed it would set up; see docs/guides/rules.md. */
const rules = [
  {
    name: 'Keys and tokens',
    look: ['--detector', 'secrets'],
    action: 'quarantine',
    severity: 'critical',
    description: 'Revoke it and make a new one: somebody may have read it here.',
    notice: 'A key was removed here. Please share keys by the password manager.',
  },
  {
    name: 'Card numbers',
    look: ['--detector', 'card-numbers'],
    action: 'remove',
    severity: 'high',
    description: 'Send card numbers to nobody. The office has a card for orders.',
    notice: 'A card number was removed here.',
  },
] as const;

export interface AddRulesOptions extends RunCommandOptions {
  /** Id of the channel that they are for. */
  channel: string;
  say: (text: string) => void;
}

/** Adds the demonstration's rules, as its owner would. Rejects with nothing: without them the demonstration goes on. */
export async function addRules({ channel, say, ...options }: AddRulesOptions, signal: AbortSignal): Promise<void> {
  try {
    for (const { name, look, action, severity, description, notice } of rules) {
      const settings = ['--action', action, '--severity', severity, '--description', description, '--notice', notice];
      await runCommand(['rules', 'add', '--name', name, ...look, '--channels', channel, ...settings, '--live'], options, signal);
    }
  } catch (error) {
    if (!signal.aborted) say(`the rules could not be added: ${error instanceof Error ? error.message : String(error)}`);
  }
}
