import type { JSX } from 'preact';
import type { CameraSettingsOfPage } from '../../../src/api/cameras/schema.ts';
import { api, withParams } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { confirm } from '../../kit/dialog.tsx';
import { formatNumber } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { toast } from '../../kit/toast.tsx';
import { useMutation } from '../../kit/use-query.ts';

/** Keeps what was tried: as a setting of the camera, or of all cameras that have none of their own. */
export function Save({ oneIn, camera, name }: { oneIn: number; camera: string; name: string }): JSX.Element | null {
  const mayEdit = useMay('admin');
  const place = camera === '' ? null : camera;
  const put = async (set: Record<string, unknown>): Promise<CameraSettingsOfPage> => {
    const { revision } = await api.get<CameraSettingsOfPage>(withParams('/api/cameras/settings', { camera: place }));
    return api.put('/api/cameras/settings', { place, set, revision });
  };
  const save = useMutation(
    async () => {
      const { set } = await api.get<CameraSettingsOfPage>(withParams('/api/cameras/settings', { camera: place }));
      await put({ ...set, strangersNamedOneIn: oneIn });
      return set;
    },
    {
      invalidates: ['/api/cameras', '/api/thresholds'],
      done: (before) => toast(`1 in ${formatNumber(oneIn)} holds from now on, within some seconds.`, { undo: async () => put(before) }),
    },
  );
  if (!mayEdit) return <p class="muted small">Only admins can save it.</p>;
  const ask = async (): Promise<void> => {
    const yes = await confirm({
      title: `1 in ${formatNumber(oneIn)} for ${place === null ? 'all cameras' : name}?`,
      body: 'It holds for what is seen from now on. Decisions of the past stay as they are. Cameras with a value of their own keep it.',
      action: 'Save',
    });
    if (yes) await save.run();
  };
  return (
    <div class="row">
      <Button tone="primary" busy={save.busy} onClick={() => void ask()}>
        {place === null ? 'Save for all cameras' : `Save for ${name}`}
      </Button>
    </div>
  );
}
