import { readFile } from 'node:fs/promises';

export type ChannelBlock = 8 | 16;

/**
 * How many channels ONNX Runtime's convolutions keep together on this processor: 16 with AVX-512, 8 with AVX2. A layer whose channels
 * are no multiple of it leaves that layout again and again. Where it is not known the answer is 8: no layer of Human's models needs more channels then.
 */
export async function channelBlock(): Promise<ChannelBlock> {
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return /^flags\s*:.*\bavx512f\b/m.test(cpu) ? 16 : 8;
}
