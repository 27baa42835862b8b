import { mkdtempSync, mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createLogger } from '@watchpost/shared/observability/logger';
import { findBinaries, linkLibraries } from '@watchpost/standalone/processes/postgres/binaries';
import { createServerLog, parseServerLine } from '@watchpost/standalone/processes/postgres/server-log';
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
    vi.stubGlobal('process', { ...process, platform: 'linux', report: process.report });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(() => findBinaries()).toThrow(/needs glibc, and this system \(musl\).* set POSTGRES_URL/);
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

describe('the log of PostgreSQL', () => {
  it('shows a repeated line once in ten seconds', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const logged: string[] = [];
    const write = createServerLog(createLogger('database', 'info', { write: (line) => void logged.push(line) }));
    for (let i = 0; i < 3; i += 1) write('ERROR:  could not extend file');
    write('LOG:  checkpoint');
    write('ERROR:  could not extend file');
    vi.advanceTimersByTime(10_000);
    write('ERROR:  could not extend file');
    expect(logged).toHaveLength(4);
  });
});
