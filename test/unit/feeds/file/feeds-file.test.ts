import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFeedsFile } from '@watchpost/feeds/file/read-feeds-file';
import { createFeedDirectory, usualOffRecord } from '@watchpost/feeds/file/to-feeds';
import { fromRoot } from '../../../support/root.ts';

const read = (text: string) => {
  const reading = readFeedsFile(text);
  if (reading.kind === 'faulty') throw new Error(reading.faults.map(({ message }) => message).join('\n'));
  return createFeedDirectory(reading.file);
};
const faultsOf = (text: string): string[] => {
  const reading = readFeedsFile(text);
  return reading.kind === 'faulty' ? reading.faults.map(({ line, column, message }) => `${line}:${column} ${message}`) : [];
};
const feed = (more: string): string => `feeds:\n  - slug: a\n    channel: C1\n    headline: A\n${more}`;

describe('the file of feeds', () => {
  it('needs an address, a channel and a headline; the rest has defaults', () => {
    expect(read(feed('')).get('a')).toEqual({
      slug: 'a',
      source: 'messages',
      channel: 'slack:C1',
      headline: 'A',
      description: '',
      liveContent: '',
      mayPost: 'everyone',
      approval: null,
      offRecord: usualOffRecord,
      threads: 'all',
      pictures: { destination: { kind: 'database' }, widthPx: 960, productId: null },
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      language: 'en',
      keepMs: 365 * 86_400_000,
      historyMs: 0,
      isOpen: true,
      people: { unknown: 'blur', ignored: 'leave-out' },
    });
  });

  it("cleans an editor's HTML; frames stay in live content only", () => {
    const video = '<iframe src="https://video.example/1"></iframe>';
    const set = read(
      feed(`    description: '<b onclick="x()">a</b><script>b</script>${video}'\n    liveContent: '<svg onload="x()">${video}'\n`),
    ).get('a');
    expect(set?.description).toBe('<b>a</b>');
    expect(set?.liveContent).toMatch(/^<iframe src="https:\/\/video\.example\/1" sandbox="[^"]*" [^>]*><\/iframe>$/);
  });

  it('takes the defaults of the file where a feed has no setting of its own', () => {
    const feeds = read(
      'defaults:\n  keep: 30d\n  threads: none\n  people: { unknown: show }\nfeeds:\n' +
        '  - { slug: a, channel: C1, headline: A, threads: all }\n  - { slug: b, channel: "slack:C1", headline: B, people: { ignored: blur } }\n',
    );
    expect(feeds.get('a')).toMatchObject({ keepMs: 30 * 86_400_000, threads: 'all', people: { unknown: 'show', ignored: 'leave-out' } });
    expect(feeds.get('b')).toMatchObject({ threads: 'none', people: { unknown: 'show', ignored: 'blur' } });
    expect(feeds.of('slack:C1').map(({ slug }) => slug)).toEqual(['a', 'b']);
    expect(feeds.get('c')).toBeNull();
    expect(feeds.of('slack:C2')).toEqual([]);
  });

  it.each([
    ['approval: off', null],
    ['approval: none', null],
    ['approval: { emoji: ":white_check_mark:", by: everyone }', { emoji: ['white_check_mark'], by: 'everyone', edits: 'hold' }],
    ['approval: { emoji: [ok, "+1"], by: [U012, S034], edits: publish }', { emoji: ['ok', '+1'], by: ['U012', 'S034'], edits: 'publish' }],
  ])('%s', (text, approval) => expect(read(feed(`    ${text}\n`)).get('a')?.approval).toEqual(approval));

  it('brings pictures to a destination by its name', () => {
    const text = `destinations:\n  photos: { kind: folder, path: /srv/photos, publicUrl: "https://img.example.org" }\n${feed('    pictures: { destination: photos, width: 640, productId: keep }\n')}`;
    expect(read(text).get('a')?.pictures).toEqual({
      destination: { kind: 'folder', path: '/srv/photos', publicUrl: 'https://img.example.org' },
      widthPx: 640,
      productId: 'keep',
    });
    expect(read(feed('    pictures: off\n')).get('a')?.pictures).toBeNull();
  });

  const sftp = (more: string) =>
    `destinations:\n  x: { kind: sftp, host: h, user: u, ${more}hostKey: "SHA256:${'a'.repeat(43)}", publicUrl: "https://i" }\n`;

  it('says what is wrong, and where', () => {
    const wrong = [
      ['feeds: 3\n', /^1:8 feeds must be a list of feeds$/],
      ['', /empty/],
      [feed('    keep: forever\n    slog: x\n'), /^6:5 slog is no setting; did you mean slug\?$/],
      [feed('    keep: 5 minutes\n'), /^5:11 keep must be a duration from 1h, such as 30d, or forever$/],
      [feed('    mayPost: [ada]\n'), /^5:15 mayPost must be the id of a member \(U…\), a user group \(S…\) or a bot \(B…\), not a name$/],
      [feed('    mayPost: admins\n'), /^5:14 mayPost must be everyone, or a list of ids/],
      [feed('    approval: { emoji: [], by: everyone }\n'), /^5:24 approval.emoji must name at least one$/],
      [feed('    approval: { emoji: ok }\n'), /^5:15 approval.by is missing$/],
      [feed('    approval: { emoji: ok, by: everyone, edit: hold }\n'), /approval.edit is no setting; did you mean edits\?$/],
      [feed('    pictures: { destination: photos }\n'), /^5:30 pictures.destination is none of the destinations$/],
      [feed('  - { slug: a, channel: C2, headline: B }\n'), /^5:13 slug is that of another feed in this file: a$/],
      [feed('').replace('slug: a', 'slug: Ä'), /^2:11 slug must have a-z, 0-9 and - only/],
      [feed('').replace('slug: a', 'slug: assets'), /^2:11 slug must be another one/],
      [feed('').replace('C1', '"#general"'), /^3:14 channel must be a channel's id, such as C0123ABCDEF, not its name$/],
      ['cors: "https://example.org/path"\n', /^1:7 cors must be an origin/],
      ['publicUrl: ftp://example.org\n', /^1:12 publicUrl must be an address/],
      [
        'destinations:\n  x: { kind: ftp, host: h, user: u, passwordFile: /p, publicURL: "https://i" }\n',
        /publicURL is no setting; did you mean publicUrl\?/,
      ],
      ['destinations:\n  x: { kind: folder }\n', /^2:6 destinations.x.path is missing$/],
      [
        'destinations:\n  x: { path: /srv }\n',
        /^2:6 destinations.x must be a group of settings whose kind is database, folder, s3, ftp or sftp$/,
      ],
      [sftp(''), /^2:6 destinations.x needs passwordFile or privateKeyFile, one of both$/],
      [sftp('passwordFile: /p, privateKeyFile: /k, '), /^2:6 destinations.x needs passwordFile or privateKeyFile, one of both$/],
      [sftp('passwordFile: /p, ').replace('SHA256:', ''), /destinations.x.hostKey must be the fingerprint that ssh-keygen -l shows/],
      [sftp('passwordFile: /p, port: 0, '), /destinations.x.port must be a whole number from 1 to 65535$/],
      [sftp('passwordFile: /p, ').replace('https:', 'ftp:'), /destinations.x.publicUrl must be an address such as/],
    ] as const;
    for (const [text, message] of wrong) expect(faultsOf(text).join('\n')).toMatch(message);
  });

  it('the example has every setting, and no fault', () => {
    const text = readFileSync(fromRoot('deploy/feeds.example.yaml'), 'utf8');
    expect(faultsOf(text)).toEqual([]);
    expect(read(text).all().length).toBeGreaterThan(1);
  });
});
