import { AppError } from '@watchpost/shared/errors';
import { whenGivenUp } from '@watchpost/standalone/launch';
import { expect, it } from 'vitest';

it('a console that keeps ending takes nothing with it, and is told; every other process stops all', () => {
  const said: string[] = [];
  const stopped: AppError[] = [];
  const options = { say: (text: string) => void said.push(text), onGivenUp: (error: AppError) => void stopped.push(error) };
  whenGivenUp('console', options)(new AppError('process-failed', 'console keeps ending'));
  expect([said, stopped]).toEqual([[expect.stringMatching(/^console keeps ending\nEverything else goes on/)], []]);
  whenGivenUp('ingest', options)(new AppError('process-failed', 'ingest keeps ending'));
  expect(stopped.map(({ message }) => message)).toEqual(['ingest keeps ending']);
});
