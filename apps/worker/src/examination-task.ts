import { hostname } from 'node:os';
import { runDoctor } from '@watchpost/doctor/run-doctor';
import type { Env } from '@watchpost/shared/config/parse-env';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createExaminations } from '@watchpost/shared/documents/examination';
import type { Task } from './schedule.ts';

/** Between two examinations that nobody asked for, and between two looks whether somebody did. Milliseconds. */
const everyMs = 3_600_000;
const lookMs = 5_000;

/** One worker examines the installation each hour, and when the console asks for it: the console itself has neither models nor tools. */
export function examinationTask({ env, documents }: { env: Env; documents: DocumentStore }): Task {
  const examinations = createExaminations(documents);
  return {
    name: 'doctor',
    everyMs: lookMs,
    run: async (signal) => {
      const { examination, isAsked, nowMs } = await examinations.last(signal);
      if (examination && !isAsked && nowMs - examination.atMs < everyMs) return;
      const findings = await runDoctor({ env, part: 'worker' }, signal);
      await examinations.keep({ host: hostname(), findings }, signal);
    },
  };
}
