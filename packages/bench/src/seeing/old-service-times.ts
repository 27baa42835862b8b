import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Env } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

const report = z.object({ detectMs: z.number(), embedMsPerFace: z.number(), totalMs: z.number(), faces: z.number() });
export type OldServiceTimes = z.output<typeof report>;

/**
 * What the Python service did with a picture: face_recognition with its defaults (dlib's HOG detector, upsampled once), then 128 numbers
 * per face. Medians of five. It stays because "a fifth of the old service's time" is what watchpost is held to, and only a run on the
 * same machine can show it. It needs no dependency of ours: without the Python library the column is empty.
 */
const script = `
import sys, json, time
import face_recognition
path = sys.argv[1]
total, detect, embed, faces = [], [], [], 0
for round in range(6):
    a = time.perf_counter()
    picture = face_recognition.load_image_file(path)
    b = time.perf_counter()
    boxes = face_recognition.face_locations(picture)
    c = time.perf_counter()
    face_recognition.face_encodings(picture, boxes)
    d = time.perf_counter()
    faces = len(boxes)
    if round: total.append(d - a); detect.append(c - b); embed.append((d - c) / max(1, faces))
middle = lambda values: sorted(values)[len(values) // 2] * 1000
print(json.dumps({"detectMs": middle(detect), "embedMsPerFace": middle(embed), "totalMs": middle(total), "faces": faces}))
`;

/** Times the old service's stack on a file; undefined if Python (PYTHON, default python3) has no face_recognition. */
export async function timeOldService(env: Env, file: string): Promise<OldServiceTimes | undefined> {
  try {
    const { stdout } = await promisify(execFile)(env['PYTHON'] ?? 'python3', ['-c', script, file], {
      env: { ...env, OMP_NUM_THREADS: '1' },
    });
    return report.parse(JSON.parse(stdout));
  } catch {
    return undefined;
  }
}
