import { longestGapMs, type Scene } from './scene.ts';

/** The scenes of the cameras that were seen last. */
export interface SceneMemory {
  /** Undefined for a camera that is not known. */
  recall(camera: string): Scene | undefined;
  /** Keeps a camera's scene, unless a later one is known already. */
  keep(camera: string, scene: Scene): void;
}

/** Keeps as many scenes as fit into `maxBytes`; the camera that was seen longest ago is forgotten first. */
export function createSceneMemory(maxBytes: number): SceneMemory {
  const scenes = new Map<string, Scene>();
  let bytes = 0;
  const forget = (camera: string): void => {
    const scene = scenes.get(camera);
    if (scene) bytes -= sizeOf(scene);
    scenes.delete(camera);
  };
  return {
    recall: (camera) => scenes.get(camera),
    keep: (camera, scene) => {
      const known = scenes.get(camera);
      // Much later is another time, or a clock that was wrong.
      const isLater = known && known.takenAtMs > scene.takenAtMs && known.takenAtMs <= scene.takenAtMs + longestGapMs;
      const kept = isLater ? known : scene;
      forget(camera);
      // Else it would push out all others, and then itself.
      if (sizeOf(kept) > maxBytes) return;
      scenes.set(camera, kept);
      bytes += sizeOf(kept);
      for (const oldest of scenes.keys()) {
        if (bytes <= maxBytes) break;
        forget(oldest);
      }
    },
  };
}

/** What a scene takes beside its numbers and places, with the camera's name and the map's entry: about. */
const overheadBytes = 1_000;

/** A few hundred bytes for each place are plenty. */
const sizeOf = ({ cells, looks, differed, places }: Scene): number =>
  overheadBytes + cells.brightness.length + looks.length + differed.length + places.length * 300;
