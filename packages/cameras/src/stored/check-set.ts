import { cameraSetSchema, type CameraSet } from '../cameras-file.ts';

/** What is wrong with one setting: `cooldown`, `must be a duration …`. */
export interface SettingFault {
  setting: string;
  message: string;
}

export type CheckedSet = { kind: 'valid'; set: CameraSet } | { kind: 'faulty'; faults: SettingFault[] };

/** Reads what somebody wants to set for a camera: with the same faults, in the same words, as the cameras file. Pure. */
export function checkCameraSet(written: unknown): CheckedSet {
  const { data, error } = cameraSetSchema.safeParse(written);
  if (data) return { kind: 'valid', set: data };
  const faults = error.issues.flatMap((issue): SettingFault[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ setting: [...issue.path, key].join('.'), message: 'is no setting' }));
    return [{ setting: issue.path.filter((part) => typeof part === 'string').join('.'), message: issue.message }];
  });
  return { kind: 'faulty', faults };
}
