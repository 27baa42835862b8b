import { hasValidSignature } from '@watchpost/ingest/platforms/slack/1-verify';
import { isSameSecret } from '@watchpost/ingest/same-secret';
import { describe, expect, it } from 'vitest';

// The example of Slack's own documentation (docs.slack.dev/authentication/verifying-requests-from-slack).
const secret = '8f742231b10e8888abcd99yyyzzz85a5';
const timestamp = '1531420618';
const body =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
const request = { timestamp, signature, rawBody: Buffer.from(body) };
const nowMs = Number(timestamp) * 1_000;

describe('a signature', () => {
  it("is Slack's own example", () => {
    expect(hasValidSignature(request, [secret], nowMs)).toBe(true);
  });

  it('may be made with either of two secrets while one is replaced', () => {
    expect(hasValidSignature(request, ['another', secret], nowMs)).toBe(true);
    expect(hasValidSignature(request, [secret, 'another'], nowMs)).toBe(true);
    expect(hasValidSignature(request, ['another', 'third'], nowMs)).toBe(false);
    expect(hasValidSignature(request, [], nowMs)).toBe(false);
  });

  it.each([
    [-300_000, true],
    [300_000, true],
    [-301_000, false],
    [301_000, false],
    [3_600_000, false],
    [-3_600_000, false],
  ])('with a clock %i ms from its own: %s', (skewMs, valid) => {
    expect(hasValidSignature(request, [secret], nowMs + skewMs)).toBe(valid);
  });

  it('covers every byte and the time', () => {
    expect(hasValidSignature({ ...request, rawBody: Buffer.from(`${body} `) }, [secret], nowMs)).toBe(false);
    expect(hasValidSignature({ ...request, rawBody: Buffer.alloc(0) }, [secret], nowMs)).toBe(false);
    expect(hasValidSignature({ ...request, timestamp: '1531420619' }, [secret], nowMs)).toBe(false);
    expect(hasValidSignature({ ...request, signature: signature.replace('v0=', 'v1=') }, [secret], nowMs)).toBe(false);
    expect(hasValidSignature({ ...request, signature: signature.slice(0, -1) }, [secret], nowMs)).toBe(false);
    expect(hasValidSignature({ ...request, signature: '' }, [secret], nowMs)).toBe(false);
  });

  it.each([undefined, '', 'soon', '-1531420618', '1531420618.0', '1e9', '9'.repeat(13)])('needs a timestamp that is one: %s', (bad) => {
    expect(hasValidSignature({ ...request, timestamp: bad }, [secret], nowMs)).toBe(false);
  });

  it('needs to be there', () => {
    expect(hasValidSignature({ ...request, signature: undefined }, [secret], nowMs)).toBe(false);
  });
});

describe('a token', () => {
  it('is compared whole, whatever its length', () => {
    expect(isSameSecret('token', 'token')).toBe(true);
    expect(isSameSecret('token', 'tokens')).toBe(false);
    expect(isSameSecret('', 'token')).toBe(false);
    expect(isSameSecret('TOKEN', 'token')).toBe(false);
  });
});
