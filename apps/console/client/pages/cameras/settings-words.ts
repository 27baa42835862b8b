import type { SettingOrigin } from '../../../src/api/cameras/schema.ts';
import type { SettingName } from '../../../src/api/cameras/setting-names.ts';
import { formatCount } from '../../kit/format.ts';

export interface SettingWords {
  label: string;
  hint: string;
  /** How it is entered. */
  kind: 'policy' | 'text' | 'number' | 'masks';
  unit?: string;
}

/** What each setting is called and means, in the order of the page. */
export const settingWords: Readonly<Record<SettingName, SettingWords>> = {
  'policy.named': { label: 'When somebody with a name comes', hint: '', kind: 'policy' },
  'policy.unknown': { label: 'When somebody unknown comes', hint: '', kind: 'policy' },
  'policy.ignored': { label: 'When only ignored people come', hint: '', kind: 'policy' },
  quietHours: { label: 'Quiet hours', hint: 'Such as 22:00-06:00: then posts wait for the digest. Or off.', kind: 'text' },
  cooldown: {
    label: 'Not again for',
    hint: 'After a visit the same people are not reported again for this long: 5m, 1h; 0s for no pause.',
    kind: 'text',
  },
  'visit.window': { label: 'A visit ends after', hint: 'Nobody has been seen for this long: 1s to 1h, such as 90s.', kind: 'text' },
  'visit.longest': { label: 'Longest visit', hint: 'What goes on for longer is another visit: 1s to 24h, such as 10m.', kind: 'text' },
  strangersNamedOneIn: {
    label: 'Risk of a wrong name',
    hint: 'One stranger in this many may be given a name: 20 to 1,000,000. Raise it where a wrong name does harm.',
    kind: 'number',
    unit: 'strangers',
  },
  smallestFacePx: {
    label: 'Smallest face',
    hint: 'Smaller faces are left out, as if they were not there. Pixels of the picture, across the face.',
    kind: 'number',
    unit: 'px',
  },
  masks: { label: 'Masks', hint: 'A face whose middle lies in one is left out: a poster, a screen, the street.', kind: 'masks' },
};

export const policyWords: Readonly<Record<string, string>> = { now: 'post now', digest: 'tell in the digest', never: 'say nothing' };

/** Where a value comes from. */
export function originText({ from, scope }: SettingOrigin): string {
  if (from === 'default') return 'default';
  const of = scope === 'all' ? ', all cameras' : '';
  return from === 'file' ? `from the file${of}` : `set here${of}`;
}

/** A text or a number as it is typed; anything else is none. */
export const plainText = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/** A value as people read it. */
export function valueText(setting: SettingName, value: unknown): string {
  if (setting === 'masks') {
    const count = Array.isArray(value) ? value.length : 0;
    return count === 0 ? 'none' : formatCount(count, 'mask');
  }
  if (value === null || value === undefined || value === '') return setting === 'smallestFacePx' ? 'whatever can be seen' : 'none';
  if (setting === 'strangersNamedOneIn') return `1 in ${Number(value).toLocaleString('en')}`;
  const text = plainText(value);
  return setting === 'smallestFacePx' ? `${text} px` : (policyWords[text] ?? text);
}
