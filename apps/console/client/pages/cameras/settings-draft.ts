import { settingNames, type SettingName } from '../../../src/api/cameras/setting-names.ts';

/** What the console is to set here, setting by setting; what is absent comes from elsewhere. */
export type Draft = Partial<Record<SettingName, unknown>>;

type Point = readonly [number, number];
export type Polygon = readonly Point[];

const isGroup = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `policy.named` of `{ policy: { named } }`. */
function at(set: Readonly<Record<string, unknown>>, setting: SettingName): unknown {
  const [group = '', name] = setting.split('.');
  const value = set[group];
  return name === undefined ? value : isGroup(value) ? value[name] : undefined;
}

/** The settings of a set. */
export function draftOf(set: Readonly<Record<string, unknown>>): Draft {
  const draft: Draft = {};
  for (const setting of settingNames) {
    const value = at(set, setting);
    if (value !== undefined) draft[setting] = value;
  }
  return draft;
}

/** The set that a draft describes, as the API takes it. Numbers that are typed are texts. */
export function setOf(draft: Draft): Record<string, unknown> {
  const set: Record<string, unknown> = {};
  for (const setting of settingNames) {
    const value = draft[setting];
    if (value === undefined) continue;
    const [group = '', name] = setting.split('.');
    if (name === undefined) {
      set[group] = value;
      continue;
    }
    const before = set[group];
    set[group] = { ...(isGroup(before) ? before : {}), [name]: value };
  }
  return set;
}

/** A number as it is typed; a text that is none stays, so that the check says so. */
export function typedNumber(text: string): unknown {
  const trimmed = text.trim();
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

/** The polygons of a setting's value. */
export function polygonsOf(value: unknown): Polygon[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((polygon: unknown) => {
    if (!Array.isArray(polygon)) return [];
    const points = polygon.flatMap((point: unknown): Point[] => {
      if (!Array.isArray(point)) return [];
      const [x, y]: unknown[] = point;
      return typeof x === 'number' && typeof y === 'number' ? [[x, y]] : [];
    });
    return [points];
  });
}
