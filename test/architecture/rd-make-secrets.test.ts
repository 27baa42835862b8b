import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';

it('deploy/make-secrets.sh draws nothing in place of a secret that it cannot read', () => {
  const own = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  // Root reads everything.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const run = () => spawnSync('sh', [path.join(own, 'make-secrets.sh')], { encoding: 'utf8', ...nobody });
  try {
    cpSync(fromRoot('deploy/make-secrets.sh'), path.join(own, 'make-secrets.sh'));
    if (nobody.uid !== undefined) chownSync(own, nobody.uid, nobody.gid);
    expect(run().status).toBe(0);
    const key = path.join(own, 'secrets/message_key');
    const before = readFileSync(key, 'utf8');
    chmodSync(key, 0o000);
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([1, expect.stringContaining('secrets/message_key cannot be read')]);
    chmodSync(key, 0o600);
    expect(readFileSync(key, 'utf8')).toBe(before);
    // As Docker makes them where it is to show a container a file that is not there.
    for (const name of ['redis_password', 'slack_api_token']) {
      const file = path.join(own, 'secrets', name);
      const was = readFileSync(file, 'utf8');
      rmSync(file);
      mkdirSync(file);
      const again = run();
      expect([again.status, again.stderr]).toEqual([1, expect.stringContaining(`secrets/${name} cannot be read`)]);
      expect(readdirSync(file)).toEqual([]);
      rmSync(file, { recursive: true });
      writeFileSync(file, was);
      if (nobody.uid !== undefined) chownSync(file, nobody.uid, nobody.gid);
    }
    expect(run().status).toBe(0);
  } finally {
    rmSync(own, { recursive: true });
  }
});
