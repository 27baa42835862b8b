import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';

const family = 'watchpost';

/**
 * The canvas font for text on pictures, of this height in pixels. It is bundled, because a container has none: DejaVu Sans covers Latin,
 * Greek, Cyrillic, Arabic and more. The first call registers it.
 */
export function labelFont(fontPx: number): string {
  if (!GlobalFonts.has(family)) {
    GlobalFonts.registerFromPath(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'), family);
  }
  return `${fontPx}px ${family}, sans-serif`;
}
