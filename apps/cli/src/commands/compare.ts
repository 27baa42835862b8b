import { parseEnv } from '@watchpost/shared/config/parse-env';
import { dot } from '@watchpost/shared/vectors';
import type { RiskSettings } from '@watchpost/gallery/decide/yardstick';
import { judgePair, type PairVerdict } from '@watchpost/gallery/decide/same-person';
import { seeEnv } from '@watchpost/see/config';
import type { Command } from '../command.ts';
import { decisionSettings } from '../support/decision-settings.ts';
import { type LargestFace, largestFaces } from '../support/largest-faces.ts';
import { describeLikelihood } from '../support/likelihood.ts';
import { readArgs } from '../support/read-args.ts';
import { withEngine } from '../support/with-engine.ts';

/**
 * `compare [--json] FILE FILE...`: whether the largest faces of local pictures show one person, a line for each pair of pictures. A picture
 * that cannot be read or shows no face is told on standard error, and the others are compared; then the exit code is 1.
 */
export const run: Command = async (args, { env, signal, print, warn, written }) => {
  const { values, positionals: files } = readArgs(args, { json: { type: 'boolean' } }, 2, Infinity);
  const config = parseEnv(env, seeEnv);
  const decision = await decisionSettings(env);
  const toLine = values.json ? asJson : asText;
  return withEngine(
    config,
    async (engine) => {
      const before: Usable[] = [];
      let failures = 0;
      for await (const picture of largestFaces(files, { engine, atATime: config.INFERENCE_THREADS }, signal)) {
        if ('error' in picture) {
          failures += 1;
          warn(`${picture.file}: ${picture.error.code}: ${picture.error.message}`);
          continue;
        }
        for (const other of before) print(toLine(comparePair(other, picture, decision)));
        before.push(picture);
        await written();
      }
      return failures > 0 ? 1 : 0;
    },
    signal,
  );
};

type Usable = Extract<LargestFace, { face: unknown }>;

interface Pair extends PairVerdict {
  a: string;
  b: string;
  /** Cosine. */
  score: number;
}

/** The larger face stands for the reference, as it would be the one to enrol. */
function comparePair(a: Usable, b: Usable, risk: RiskSettings): Pair {
  const [probeSizePx = 0, referenceSizePx = 0] = [a.face.sizePx, b.face.sizePx].sort((one, other) => one - other);
  const similarity = dot(a.face.embedding, b.face.embedding);
  return {
    a: a.file,
    b: b.file,
    score: similarity,
    ...judgePair({ similarity, probeSizePx, referenceSizePx }, risk),
  };
}

function asJson({ a, b, score, likelihoodRatio, verdict }: Pair): string {
  return JSON.stringify({
    a,
    b,
    score: Number(score.toFixed(6)),
    likelihoodRatio: Number(Math.min(likelihoodRatio, Number.MAX_VALUE).toPrecision(3)),
    verdict,
  });
}

function asText({ a, b, score, likelihoodRatio, verdict }: Pair): string {
  return `${a}  ${b}  ${verdict}: score ${score.toFixed(3)}, ${describeLikelihood(likelihoodRatio)}`;
}
