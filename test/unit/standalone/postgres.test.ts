import { mkdtempSync, mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findBinaries, linkLibraries } from '@watchpost/standalone/processes/postgres/binaries';
import { parseServerLine } from '@watchpost/standalone/processes/postgres/server-log';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

describe("PostgreSQL's log lines", () => {
  it.each([
    ['LOG:  database system is ready to accept connections', 'info', 'database system is ready to accept connections'],
    ['WARNING:  there is no transaction in progress', 'warn', 'there is no transaction in progress'],
    ['ERROR:  could not extend file "base/5/16": No space left on device', 'error', /^could not extend/],
    ['FATAL:  password authentication failed for user "watchpost"', 'error', /^password/],
    ['PANIC:  could not write to file "pg_wal/xlogtemp.1"', 'fatal', /^could not write/],
    ['DEBUG1:  autovacuum: processing database', 'debug', /^autovacuum/],
    ['FATAL:  the database system is starting up', 'debug', /starting up$/],
    ['FATAL:  terminating connection due to administrator command', 'debug', /^terminating/],
    ['postgres: error while loading shared libraries: libicuuc.so.60', 'error', /libicuuc/],
    ['\tsecond line of a message', 'info', 'second line of a message'],
  ])('%j', (line, level, text) => {
    const parsed = parseServerLine(line);
    expect(parsed.level).toBe(level);
    expect(parsed.text).toMatch(text);
  });
});

describe("PostgreSQL's programs", () => {
  it('are refused in one sentence where the C library is another one', () => {
    const report = vi.spyOn(process.report, 'getReport').mockReturnValue({ header: { glibcCompilerVersion: '2.36' } });
    onTestFinished(() => report.mockRestore());
    if (process.platform === 'linux') expect(() => findBinaries()).toThrow(/needs glibc, and this system \(musl\).* set POSTGRES_URL/);
    else expect(() => findBinaries()).not.toThrow();
  });

  it('get the links between their libraries where the install script did not run', () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'watchpost-links-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    mkdirSync(path.join(home, 'native', 'lib'), { recursive: true });
    linkLibraries(home);
    const list = [{ source: 'native/lib/libpq.so.5.17', target: 'native/lib/libpq.so.5' }];
    writeFileSync(path.join(home, 'native', 'pg-symlinks.json'), JSON.stringify(list));
    writeFileSync(path.join(home, list[0]!.source), '');
    linkLibraries(home);
    linkLibraries(home);
    expect(readlinkSync(path.join(home, list[0]!.target))).toBe('libpq.so.5.17');
  });
});
