import { isOperatorFault } from '@watchpost/shared/errors';
import { z } from 'zod';

const lineSchema = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default('') });
const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const plain = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'err']);

/** A log line of a process, for people: time, process, level, message, fields. Any other line is left as it is. */
export function readable(processName: string, line: string): string {
  const entry = parseLine(line);
  if (!entry) return `${processName}: ${line}`;
  const { level, time, msg, ...fields } = entry;
  const error = z.object({ message: z.string(), code: z.string().optional() }).safeParse(fields['err']);
  const shown = fieldsInWords(fields);
  if (error.success) shown.push([error.data.code, error.data.message].filter(Boolean).join(': '));
  return [new Date(time).toISOString().slice(11, 19), processName, levels[level] ?? 'info', msg, ...shown].join(' ');
}

/** A log line of the launcher's own, for people: message, fields, and the error with its cause. */
export function inWords(line: string): string {
  const entry = parseLine(line);
  if (!entry) return line;
  const { msg, ...fields } = entry;
  const shown = fieldsInWords(fields);
  const { cause } = z.object({ cause: z.unknown() }).catch({ cause: undefined }).parse(fields['err']);
  // The message of such a fault says everything.
  const { code } = z.object({ code: z.string() }).catch({ code: '' }).parse(fields['err']);
  const errors = [inBrief(fields['err']), isOperatorFault(code) ? undefined : inBrief(cause)].filter((text) => text !== undefined);
  return [shown.length > 0 ? `${msg} (${shown.join(', ')})` : msg, ...errors].join(': ');
}

function parseLine(line: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function fieldsInWords(fields: Record<string, unknown>): string[] {
  return Object.entries(fields)
    .filter(([key]) => !plain.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

/** What a process that has ended said last, for people: its errors and whatever is no log line; all of it if there is nothing else. */
export function lastWords(lines: string[]): string {
  const isError = (line: string): boolean => (parseLine(line)?.level ?? 50) >= 50;
  const errors = lines.filter(isError);
  return (errors.length > 0 ? errors : lines).map(inWords).join('\n');
}

/** `code: message` of a logged error; with its stack instead if it is not one of ours. */
function inBrief(error: unknown): string | undefined {
  const parsed = z.object({ message: z.string(), code: z.string().optional(), stack: z.string().optional() }).safeParse(error);
  if (!parsed.success) return undefined;
  const { code, message, stack } = parsed.data;
  return code === undefined ? (stack ?? message) : `${code}: ${message}`;
}
