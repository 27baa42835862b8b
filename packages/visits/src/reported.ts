import type { CameraSettings } from '@watchpost/cameras/camera-settings';
import type { VisitBody } from './visit.ts';
import type { VisitView } from './visit-view.ts';

/**
 * The view as readers see it: people who are ignored are not reported, neither in words nor on the picture. Whoever was reported in this post
 * and is ignored since keeps the line, which says so and offers to take it back. `told`: the numbers that were ever reported. Pure.
 */
export function reportedIn(
  view: VisitView,
  { told: before = [] }: Pick<VisitBody, 'told'>,
  { ignored }: CameraSettings['policy'],
): { view: VisitView; told: number[] } {
  const now = view.visitors.filter(({ standing }) => standing !== 'ignored' || ignored !== 'never').map(({ number }) => number);
  const told = [...new Set([...before, ...now])];
  return { view: { ...view, visitors: view.visitors.filter(({ number }) => told.includes(number)) }, told };
}
