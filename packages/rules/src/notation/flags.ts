/** How a flag is written: `switch` stands alone, `value` has one value, `list` one with commas. */
export type FlagForm = 'switch' | 'value' | 'list';
export type FlagForms = Record<string, FlagForm>;

export interface ReadFlags {
  /** Those that were given; of a switch ''. */
  values: Record<string, string>;
  /** The words that belong to no flag. */
  others: string[];
  /** What is wrong, in sentences. None of them repeats a value. */
  faults: string[];
}

/** `--name`, and what word processors make of it: `–name`, `—name`. */
const flagPattern = /^(?:--|[–—―−]-?)([a-z][a-z-]*)(?:=([\s\S]*))?$/iu;
/** A list goes on after a comma, and after `all-but`. */
const goesOn = /[,:]$|^all-but$/;

/**
 * Reads words as flags. A value may begin with dashes (`-----BEGIN`), unless it is one of the flags. Everything behind `--` is no flag.
 * Pure.
 */
export function readFlags(words: readonly string[], forms: FlagForms): ReadFlags {
  const read: ReadFlags = { values: {}, others: [], faults: [] };
  const isName = (name: string): boolean => Object.hasOwn(forms, name);
  const flagOf = (word: string | undefined) => {
    const [, name = '', value] = flagPattern.exec(word ?? '') ?? [];
    return name === '' ? null : { name: name.toLowerCase(), value };
  };
  /** Whether the word is there, and none of the flags. */
  const isValue = (word: string | undefined): word is string => word !== undefined && !isName(flagOf(word)?.name ?? '');
  const list = words.slice();
  for (let word = list.shift(); word !== undefined; word = list.shift()) {
    const flag = flagOf(word);
    if (word === '--') read.others.push(...list.splice(0));
    else if (!flag) read.others.push(word);
    else if (!isName(flag.name)) read.faults.push(`there is no --${flag.name} here`);
    else {
      const form = forms[flag.name];
      const value = form === 'switch' ? '' : valueOf(flag.value, form, list, isValue);
      if (form === 'switch' && flag.value !== undefined) read.faults.push(`--${flag.name} takes no value`);
      if (value === undefined) read.faults.push(`--${flag.name} needs a value`);
      if (read.values[flag.name] === undefined) read.values[flag.name] = value ?? '';
      else read.faults.push(`--${flag.name} is given twice`);
    }
  }
  return read;
}

/** The value behind a flag, which is taken from `list`; undefined: there is none. */
function valueOf(
  given: string | undefined,
  form: FlagForm | undefined,
  list: string[],
  isValue: (word: string | undefined) => word is string,
): string | undefined {
  let value = given ?? (isValue(list[0]) ? list.shift() : undefined);
  if (form !== 'list') return value;
  while (value !== undefined && isValue(list[0]) && (goesOn.test(value) || list[0].startsWith(',')))
    value = `${value}${value === 'all-but' ? ':' : ''}${list.shift() ?? ''}`;
  return value;
}
