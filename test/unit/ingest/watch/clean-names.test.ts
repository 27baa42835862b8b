import { describe, expect, it } from 'vitest';
import { dryRuleSample } from '../../../support/rule-samples.ts';
import { fileShare, slackFile } from '../../../support/signed-slack-request.ts';
import { watchedRig } from '../../../support/watched-rig.ts';

const named = { id: 'F1', name: 'key-1234.jpg', url_private: 'https://files.slack.com/files-pri/T1-F1/key-1234.jpg' };
const snapshots = ({ sent }: ReturnType<typeof watchedRig>) => sent.flatMap(({ job }) => (job.kind === 'snapshot' ? job : []));

describe('a picture in a channel with rules', () => {
  it('has no name of a camera, or of its own, that says what a rule looks for: not in its job, and not in the log', async () => {
    const it = watchedRig();
    await it.post(fileShare({ text: 'Motion detected at key-1234', files: [slackFile(named)] }));
    expect(snapshots(it)).toMatchObject([{ camera: null, file: { id: 'F1', name: null, url: null, thumbnailUrl: null } }]);
    expect(JSON.stringify(it.sent)).not.toContain('key-1234');
    expect(it.logged.join('')).not.toContain('key-1234');
  });

  it('keeps each name that says nothing of the kind', async () => {
    const it = watchedRig();
    await it.post(fileShare({ text: 'Motion detected at Garage', files: [slackFile(named), slackFile({ id: 'F2', name: 'a.jpg' })] }));
    expect(snapshots(it)).toMatchObject([
      { camera: 'Garage', file: { name: null } },
      { camera: 'Garage', file: { name: 'a.jpg', url: expect.any(String) } },
    ]);
  });

  it.each([
    ['does not apply to the channel', dryRuleSample({ scope: { in: 'some', channels: ['slack:C2'] } })],
    ['is disabled', dryRuleSample({ enabled: false })],
    ['exempts the camera', dryRuleSample({ exempt: ['slack:B0CAM'] })],
  ])('keeps all names where the rule %s', async (_why, rule) => {
    const it = watchedRig({ rules: () => [rule] });
    await it.post(fileShare({ text: 'Motion detected at key-1234', files: [slackFile(named)] }));
    expect(snapshots(it)).toMatchObject([{ camera: 'key-1234', file: { name: 'key-1234.jpg' } }]);
  });
});
