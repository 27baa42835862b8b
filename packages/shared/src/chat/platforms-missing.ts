/** What is said where no platform is configured. */
export const noPlatform = 'SLACK_API_TOKEN or TELEGRAM_BOT_TOKEN must be set: watchpost serves Slack, Telegram, or both';

/** The fault of a configuration that uses no platform at all, and does not say that it wants to. Pure. */
export function platformsMissing<C>(
  platforms: readonly { faults: (config: C) => string[]; tokenOf: (config: C) => string | null }[],
  config: C,
): string[] {
  const isAny = platforms.some(({ faults, tokenOf }) => tokenOf(config) !== null || faults(config).length > 0);
  return isAny ? [] : [noPlatform];
}

/** The tokens of the platforms that are used, in the table's order. Pure. */
export const tokensOf = <C>(platforms: readonly { tokenOf: (config: C) => string | null }[], config: C): string[] =>
  platforms.flatMap(({ tokenOf }) => tokenOf(config) ?? []);
