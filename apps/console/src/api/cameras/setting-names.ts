/** The settings of a camera that can be changed in the console. Pages import it: nothing else may be here. */
export const settingNames = [
  'policy.named',
  'policy.unknown',
  'policy.ignored',
  'quietHours',
  'cooldown',
  'visit.window',
  'visit.longest',
  'strangersNamedOneIn',
  'smallestFacePx',
  'masks',
] as const;
export type SettingName = (typeof settingNames)[number];
