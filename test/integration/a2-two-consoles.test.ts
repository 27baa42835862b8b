import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const host = 'localhost';
describe('two consoles behind a proxy', () => {
  let server: Service;
  let rigs: ConsoleRig[] = [];
  const env = { CONSOLE_PROXY_ADDRESSES: '10.0.0.1' };
  beforeAll(async () => {
    server = await postgres();
    rigs = [await startConsole({ POSTGRES_URL: server.url }, { env }), await startConsole({ POSTGRES_URL: server.url }, { env })];
  });
  afterAll(async () => {
    for (const rig of rigs) await rig.close();
    await server.stop();
  });
  const signIn = async (rig: ConsoleRig, password: string, client: string) =>
    rig.app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: { host, 'x-forwarded-for': client },
      remoteAddress: '10.0.0.1',
      payload: { password },
    });

  it('a session, its token and its end hold in both, and each tells of what the other changed', async () => {
    const [one, two] = [rigs[0]!, rigs[1]!];
    const cookies = (await signIn(one, consolePassword, '192.0.2.7')).cookies;
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const { user, csrfToken } = (await one.app.inject({ url: '/api/session', headers: { host, cookie } })).json();
    expect(user).toMatchObject({ role: 'admin' });
    const heard: string[] = [];
    const stream = request(`${await two.listen()}/api/live`, { headers: { cookie } }, (response) => {
      response.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
      response.on('end', () => heard.push('end'));
      response.on('error', () => undefined);
    });
    stream.on('error', () => undefined).end();
    await until('it listens', () => heard.length > 0);
    const headers = { host, cookie, 'x-csrf-token': csrfToken };
    const payload = { name: 'Words', look: { pattern: 'abc' }, action: 'report' };
    expect((await one.app.inject({ method: 'POST', url: '/api/rules', headers, payload })).statusCode).toBe(200);
    await until('it is told', () => heard.join('').includes('rules'));
    expect((await one.app.inject({ method: 'POST', url: '/api/sign-out', headers })).statusCode).toBe(200);
    expect((await two.app.inject({ url: '/api/people', headers: { host, cookie } })).statusCode).toBe(401);
    stream.destroy();
  });

  it('wrong passwords count together, also where the proxy names another port each time', async () => {
    const codes: number[] = [];
    for (let time = 0; time < 8; time += 1)
      codes.push((await signIn(rigs[time % 2]!, 'wrong password', `192.0.2.9:${String(40_000 + time)}`)).statusCode);
    expect(codes).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  it('requests from one /64 of IPv6 count together', async () => {
    const ask = async (index: number) =>
      rigs[0]!.app.inject({ url: '/api/session', headers: { host }, remoteAddress: `2001:db8:1:2::${index.toString(16)}` });
    for (let index = 1; index <= 1_200; index += 1) await ask(index);
    expect((await ask(1_201)).statusCode).toBe(429);
    expect((await rigs[0]!.app.inject({ url: '/api/session', headers: { host }, remoteAddress: '2001:db8:1:3::1' })).statusCode).toBe(200);
  });
});
