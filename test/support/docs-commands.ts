import { readdirSync, readFileSync } from 'node:fs';
import { fromRoot } from './root.ts';

/** A command as a document shows it. */
export interface DocsCommand {
  /** From the root: `docs/operations.md`. */
  file: string;
  line: number;
  /** A command of several lines, in quotation marks, is one. */
  text: string;
  /** In a line of prose; else a line of a code block. */
  inline: boolean;
}

/** The README, CONTRIBUTING, CHANGELOG, and everything in docs. */
export function documents(): string[] {
  const docs = readdirSync(fromRoot('docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name.replaceAll('\\', '/')}`).sort()];
}

/** A code block without a language, or one of these, holds commands, unless it is drawn with box characters. */
const shells = new Set(['', 'sh', 'bash', 'console']);
const drawing = /[─│▶└┘┌┐├┤]/;
/** Code in a line of prose that is a command: its program, or `--` for short, and at least one argument. */
const inlineCommand = /`((?:npm|npx|docker|node|redis-cli|mongosh|psql|git|watchpost|bench|enroll|reembed|--) [^`\n]+)`/g;

/** All commands of a document, in its order. */
export function commandsOf(file: string): DocsCommand[] {
  const found: DocsCommand[] = [];
  let block: { language: string; from: number; lines: string[] } | undefined;
  for (const [index, text] of readFileSync(fromRoot(file), 'utf8').split('\n').entries()) {
    const fence = /^ *```(\w*)/.exec(text);
    if (fence && block) {
      if (shells.has(block.language) && !block.lines.some((line) => drawing.test(line))) found.push(...commandsIn(file, block));
      block = undefined;
    } else if (fence) block = { language: fence[1] ?? '', from: index + 2, lines: [] };
    else if (block) block.lines.push(text);
    else for (const [, command = ''] of text.matchAll(inlineCommand)) found.push({ file, line: index + 1, text: command, inline: true });
  }
  if (block) throw new Error(`${file}: the code block at line ${block.from} has no end`);
  return found;
}

function commandsIn(file: string, { from, lines }: { from: number; lines: string[] }): DocsCommand[] {
  const commands: DocsCommand[] = [];
  let open: DocsCommand | undefined;
  for (const [index, text] of lines.entries()) {
    if (open) open.text += `\n${text}`;
    else if (text.trim() === '') continue;
    else open = { file, line: from + index, text, inline: false };
    // An odd number of quotation marks: the command goes on in the next line.
    if ((open.text.match(/"/g)?.length ?? 0) % 2 === 1) continue;
    commands.push(open);
    open = undefined;
  }
  if (open) throw new Error(`${file}:${open.line}: a quotation mark is not closed`);
  return commands;
}
