import { centre, type Box } from '@watchpost/shared/geometry';
import type { CameraSettings, MaskPoint } from './camera-settings.ts';

/** Whether a face is in a masked part of the picture: its middle counts. `box` in pixels of the picture. */
export function isMasked({ masks }: Pick<CameraSettings, 'masks'>, box: Box, picture: { width: number; height: number }): boolean {
  if (masks.length === 0) return false;
  const { x, y } = centre(box);
  return masks.some((polygon) => isInside(polygon, x / picture.width, y / picture.height));
}

/** Whether a ray from the point to the right crosses the polygon's border an odd number of times. */
function isInside(polygon: readonly MaskPoint[], x: number, y: number): boolean {
  let inside = false;
  for (const [index, [x1, y1]] of polygon.entries()) {
    const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}
