/** The page of the documentation about errors, where the console was built beside it: loaded when it is asked for. */
const pages = import.meta.glob<string>('../../../../../docs/errors.md', { query: '?raw', import: 'default' });

/** What docs/errors.md says about a code; null: it is not there. Links and marks of Markdown are left out. */
export async function meaningOf(code: string): Promise<string | null> {
  const [load] = Object.values(pages);
  const page = await load?.().catch(() => '');
  const row = page?.split('\n').find((line) => line.startsWith(`| \`${code}\` |`));
  const text = row?.split('|')[3]?.trim();
  return text?.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '') ?? null;
}
