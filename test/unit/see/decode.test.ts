import { decode } from '@watchpost/see/picture/decode';
import { createReusedMemory } from '@watchpost/see/picture/pixel-memory';
import { contactSheetFile } from '@watchpost/see/files/human-package';
import sharp from 'sharp';
import { expect, it } from 'vitest';

const limits = { maxPixels: 1e8, workPixels: 1e7 };
const part = () => sharp(contactSheetFile).extract({ left: 0, top: 282, width: 427, height: 211 });

/** The mean difference of the colours from the picture that was saved, levels of 255. */
async function lost(bytes: Uint8Array, from = part()): Promise<number> {
  const { picture } = await decode(bytes, limits, createReusedMemory());
  const { data } = await from.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let sum = 0;
  for (let index = 0; index < data.length; index += 1)
    sum += Math.abs(data[index]! - picture.data[Math.floor(index / 3) * picture.channels + (index % 3)]!);
  return sum / data.length;
}

it('decodes JPEGs of every kind to the colours that were saved', async () => {
  const kinds = {
    '4:2:0': part().jpeg({ quality: 95 }),
    '4:4:4': part().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
    progressive: part().jpeg({ quality: 95, progressive: true }),
    'with the profile of sRGB': part().withIccProfile('srgb').jpeg({ quality: 95 }),
    'with another profile': part().withIccProfile('p3').jpeg({ quality: 95 }),
    CMYK: part().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }),
  };
  for (const [kind, file] of Object.entries(kinds)) {
    expect({ kind, near: (await lost(await file.toBuffer())) < (kind === 'CMYK' ? 12 : 3) }).toEqual({ kind, near: true });
  }
  const grey = part().greyscale();
  const threeChannels = sharp(await grey.clone().toColourspace('srgb').png().toBuffer()).toColourspace('srgb');
  expect(await lost(await grey.jpeg({ quality: 95 }).toBuffer(), threeChannels)).toBeLessThan(3);
});

it('two pictures of one size share reused memory; without it each has its own', async () => {
  const [dark, light] = await Promise.all(
    ['#000', '#fff'].map((background) =>
      sharp({ create: { width: 64, height: 32, channels: 3, background } })
        .jpeg()
        .toBuffer(),
    ),
  );
  const memory = createReusedMemory();
  const first = await decode(dark!, limits, memory);
  expect(first.picture.data[0]).toBe(0);
  const second = await decode(light!, limits, memory);
  expect(second.picture.data).toBe(first.picture.data);
  const [one, other] = [await decode(dark!, limits), await decode(light!, limits)];
  expect(one.picture.data[0]).toBe(0);
  expect(other.picture.data[0]).toBeGreaterThan(250);
});

it('refuses a small JPEG of thousands of scans in no more time than a picture', async () => {
  const plain = await sharp({ create: { width: 1_200, height: 900, channels: 3, background: '#787878' } })
    .jpeg({ progressive: true })
    .toBuffer();
  const end = plain.length - 2;
  const lastScan = plain.subarray(plain.lastIndexOf(Buffer.from([0xff, 0xda])), end);
  const bomb = Buffer.concat([plain.subarray(0, end), ...Array.from({ length: 10_000 }, () => lastScan), plain.subarray(end)]);
  const timed = async (file: Uint8Array): Promise<number> => {
    const startedAtMs = performance.now();
    await decode(file, limits, createReusedMemory()).catch(() => undefined);
    return performance.now() - startedAtMs;
  };
  await timed(plain);
  expect(await timed(bomb)).toBeLessThan(50 * Math.max(5, await timed(plain)));
});

it('leaves the event loop free where the caller has no memory of its own', async () => {
  const file = await sharp({ create: { width: 3_000, height: 3_000, channels: 3, background: '#787878' } })
    .jpeg()
    .toBuffer();
  let longestMs = 0;
  let lastMs = performance.now();
  const startedAtMs = lastMs;
  const tick = (): void => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  };
  const timer = setInterval(tick, 1);
  await decode(file, limits);
  tick();
  clearInterval(timer);
  expect(longestMs).toBeLessThan((performance.now() - startedAtMs) / 2);
});
