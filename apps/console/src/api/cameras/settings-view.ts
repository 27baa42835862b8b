import { merged, type SettingsLayer } from '@watchpost/cameras/camera-directory';
import { defaultCameraSettings, type CameraSettings } from '@watchpost/cameras/camera-settings';
import type { CameraSet, WrittenCameraSet } from '@watchpost/cameras/cameras-file';
import { isMasked } from '@watchpost/cameras/masks';
import { writtenSet } from '@watchpost/cameras/stored/camera-notation';
import type { MeasuredSnapshot } from '@watchpost/gallery/records/camera-figures';
import type { CheckedOfPage, SettingOfPage, SettingOrigin } from './schema.ts';
import { settingNames, type SettingName } from './setting-names.ts';

/** Where no layer says anything. `strangersNamedOneIn`: as the environment says. */
function defaults(strangersNamedOneIn: number): WrittenCameraSet {
  const { policy, quietHours, visitWindowMs, visitLongestMs, cooldownMs } = defaultCameraSettings;
  const set = { policy, quietHours, visit: { window: visitWindowMs, longest: visitLongestMs }, cooldown: cooldownMs, masks: [] };
  return { ...writtenSet(set), strangersNamedOneIn };
}

/** The value of one setting as people write it; undefined: it is not set there. */
function valueOf(set: WrittenCameraSet, setting: SettingName): unknown {
  return valuesOf(set)[setting];
}

function valuesOf({ policy = {}, visit = {}, ...set }: WrittenCameraSet): Record<SettingName, unknown> {
  return {
    'policy.named': policy.named,
    'policy.unknown': policy.unknown,
    'policy.ignored': policy.ignored,
    'visit.window': visit.window,
    'visit.longest': visit.longest,
    quietHours: set.quietHours,
    cooldown: set.cooldown,
    strangersNamedOneIn: set.strangersNamedOneIn,
    smallestFacePx: set.smallestFacePx,
    masks: set.masks,
  };
}

interface Held {
  value: unknown;
  origin: SettingOrigin;
}

function heldIn(layers: readonly SettingsLayer[], setting: SettingName, oneIn: number): Held {
  const layer = layers.findLast(({ set }) => valueOf(writtenSet(set), setting) !== undefined);
  if (!layer) return { value: valueOf(defaults(oneIn), setting) ?? null, origin: { from: 'default', scope: 'all' } };
  return { value: valueOf(writtenSet(layer.set), setting), origin: { from: layer.from, scope: layer.scope } };
}

/** Each setting with where its value comes from. `layers`: as `CameraDirectory.layersOf`; the last of the console's is this place's own. Pure. */
export function settingsOf(layers: readonly SettingsLayer[], oneIn: number): SettingOfPage[] {
  const own = layers.findLastIndex(({ from }) => from === 'console');
  const below = layers.filter((_, index) => index !== own);
  return settingNames.map((setting) => ({ setting, ...heldIn(layers, setting, oneIn), without: heldIn(below, setting, oneIn) }));
}

/** The layers with another set in the place's own. Pure. */
export function withSet(layers: readonly SettingsLayer[], set: CameraSet): SettingsLayer[] {
  const own = layers.findLastIndex(({ from }) => from === 'console');
  return layers.map((layer, index) => (index === own ? { ...layer, set } : layer));
}

/** What would hold with the other layers and does not with these. Pure. */
export function changesBetween(before: readonly SettingsLayer[], after: readonly SettingsLayer[], oneIn: number): CheckedOfPage['changes'] {
  return settingNames.flatMap((setting) => {
    const [one, other] = [heldIn(before, setting, oneIn).value, heldIn(after, setting, oneIn).value];
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [{ setting, before: one, after: other }];
  });
}

/** What these layers come to. Pure. */
export const mergedLayers = (layers: readonly SettingsLayer[]): CameraSettings =>
  layers.reduce((base, { set }) => merged(base, set), defaultCameraSettings);

/** How many of these faces would be left out. A face that is masked counts as that, however small. Pure. */
export function leftOut(snapshots: readonly MeasuredSnapshot[], settings: CameraSettings): NonNullable<CheckedOfPage['preview']> {
  const found = { faces: 0, snapshots: snapshots.length, tooSmall: 0, masked: 0 };
  for (const { width, height, faces } of snapshots) {
    for (const { box, sizePx } of faces) {
      found.faces += 1;
      if (width !== null && height !== null && isMasked(settings, box, { width, height })) found.masked += 1;
      else if (sizePx !== null && sizePx < (settings.smallestFacePx ?? 0)) found.tooSmall += 1;
    }
  }
  return found;
}
