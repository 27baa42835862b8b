import { z } from 'zod';

const lineSchema = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default('') });
const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const plain = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'err']);

/** A JSON log line as text for people: time, process, level, message, fields. Anything else is only prefixed with the process. */
export function readable(processName: string, line: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return `${processName}: ${line}`;
  }
  const entry = lineSchema.safeParse(parsed);
  if (!entry.success) return `${processName}: ${line}`;
  const { level, time, msg, ...fields } = entry.data;
  const shown = Object.entries(fields)
    .filter(([key]) => !plain.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = z.object({ message: z.string(), code: z.string().optional() }).safeParse(fields['err']);
  if (error.success) shown.push([error.data.code, error.data.message].filter(Boolean).join(': '));
  return [new Date(time).toISOString().slice(11, 19), processName, levels[level] ?? 'info', msg, ...shown].join(' ');
}
