import { withOwnNames } from '@watchpost/standalone/processes/pglite/statement-names';
import { createMessageReader, message, queryMessage, scanReply } from '@watchpost/standalone/processes/pglite/wire';
import { describe, expect, it } from 'vitest';

const ready = (status: string): Buffer => message('Z', Buffer.from(status));
const notification = (channel: string): Buffer => message('A', Buffer.from(`\0\0\0\x07${channel}\0payload\0`));

describe('the message reader', () => {
  it('gives whole messages, wherever the stream is cut', () => {
    const sent = [queryMessage('SELECT 1'), message('S'), queryMessage('x'.repeat(500))];
    const stream = Buffer.concat(sent);
    for (const step of [1, 2, 3, 7, stream.length]) {
      const reader = createMessageReader();
      reader.typed();
      const got: Buffer[] = [];
      for (let at = 0; at < stream.length; at += step) {
        reader.push(stream.subarray(at, at + step));
        for (let next = reader.next(); next; next = reader.next()) got.push(next);
      }
      expect(got.map(String)).toEqual(sent.map(String));
    }
  });

  it('refuses lengths that cannot be', () => {
    const reader = createMessageReader();
    reader.push(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0]));
    expect(() => reader.next()).toThrow('a message of 2147483647 bytes');
  });
});

describe('a reply', () => {
  it('is split into notifications and the rest', () => {
    const [first, second] = [message('C', Buffer.from('NOTIFY\0')), ready('I')];
    const scan = scanReply(Buffer.concat([first, notification('a'), notification('b'), second]));
    expect(scan.rest).toEqual(Buffer.concat([first, second]));
    expect(scan.notifications.map(({ channel }) => channel)).toEqual(['a', 'b']);
    expect(scan.status).toBe('I');
  });

  it('tells the last status, and drops what is asked', () => {
    const scan = scanReply(Buffer.concat([ready('T'), message('1'), ready('E')]), 'Z');
    expect(scan).toMatchObject({ rest: message('1'), status: 'E' });
  });
});

describe('statement names', () => {
  const parse = (name: string): Buffer => message('P', Buffer.from(`${name}\0SELECT 1\0\0\0`));

  it('get their connection in front', () => {
    expect(withOwnNames(7, parse('q'))).toMatchObject({ message: parse('c7:q'), sql: 'SELECT 1', made: 'c7:q' });
    const bind = (name: string): Buffer => message('B', Buffer.from(`portal\0${name}\0\0\0`));
    expect(withOwnNames(7, bind('q'))).toMatchObject({ message: bind('c7:q'), needsUnnamed: false });
    const close = (name: string): Buffer => message('C', Buffer.from(`S${name}\0`));
    expect(withOwnNames(7, close('q'))).toEqual({ message: close('c7:q'), closed: 'c7:q' });
  });

  it('stay as they are where there is none', () => {
    expect(withOwnNames(7, parse(''))).toEqual({ message: parse(''), sql: 'SELECT 1', makesUnnamed: true });
  });
});
