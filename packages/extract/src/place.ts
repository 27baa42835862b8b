const words = [
  'attachment',
  'attributes',
  'body',
  'comments',
  'customised data',
  'entry',
  'footer',
  'form',
  'header',
  'headers',
  'links',
  'macros',
  'mail',
  'metadata',
  'notes',
  'object',
  'outline',
  'page',
  'part',
  'picture',
  'properties',
  'script',
  'sheet',
  'slide',
  'strings',
];
const segment = `(?:${words.join('|')})(?: \\d{1,7})?(?:: (?:name|comment))?`;
const place = new RegExp(`^(?:(?:${segment})(?: / ${segment})*|name|comment|)$`);

/** Whether a text is a place within a file as the reader words it: `page 3`, `entry 2 / sheet 1`, `entry 4: name`; never a word of the file's. */
export const isPlace = (where: string): boolean => place.test(where);

/** A place within a place: `entry 2`, `page 3` -> `entry 2 / page 3`. */
export const within = (where: string, inner: string): string => (where && inner ? `${where} / ${inner}` : where || inner);

/** What a thing is called, as a text of its own: `entry 2: name`. */
export const nameOf = (where: string): string => (where ? `${where}: name` : 'name');
