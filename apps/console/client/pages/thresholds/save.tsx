import type { JSX } from 'preact';
import type { CameraSettingsOfPage, WrittenSet } from '../../../src/api/cameras/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { invalidate } from '../../kit/cache.ts';
import { confirm } from '../../kit/dialog.tsx';
import { formatNumber } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';
import { tellFault } from '../people/deeds.ts';

const changed = ['/api/cameras', '/api/thresholds'];

/** Keeps what was tried: as a setting of the camera, or of all cameras that have none of their own. */
export function Save({ oneIn, camera, name }: { oneIn: number; camera: string; name: string }): JSX.Element | null {
  const mayEdit = useMay('admin');
  const place = camera === '' ? null : camera;
  const put = async (set: WrittenSet, revision: number): Promise<CameraSettingsOfPage> =>
    api.put('/api/cameras/settings', { place, set, revision });
  const save = useMutation(
    async ({ set, revision }: CameraSettingsOfPage) => ({
      before: set,
      saved: await put({ ...set, strangersNamedOneIn: oneIn }, revision),
    }),
    {
      invalidates: changed,
      done: ({ before, saved: { revision } }) =>
        toast(`1 in ${formatNumber(oneIn)} holds from now on, within some seconds.`, {
          undo: async () => put(before, revision).finally(() => invalidate(...changed)),
        }),
    },
  );
  if (!mayEdit) return <p class="muted small">Only admins can save it.</p>;
  const ask = async (): Promise<void> => {
    // What holds when the question is asked: whatever another admin saves before the answer is not overwritten.
    const now = await api.get<CameraSettingsOfPage>(withParams('/api/cameras/settings', { camera: place })).catch(tellFault);
    if (!now) return;
    const yes = await confirm({
      title: `1 in ${formatNumber(oneIn)} for ${place === null ? 'all cameras' : name}?`,
      body: 'It holds for what is seen from now on. Decisions of the past stay as they are. Cameras with a value of their own keep it.',
      action: 'Save',
    });
    if (yes) await save.run(now);
  };
  return (
    <div class="row">
      <Button tone="primary" busy={save.busy} onClick={() => void ask()}>
        {place === null ? 'Save for all cameras' : `Save for ${name}`}
      </Button>
    </div>
  );
}
