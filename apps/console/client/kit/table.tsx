import type { ComponentChildren, JSX } from 'preact';

export interface Column<T> {
  /** Unique in the table. */
  id: string;
  label: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand at the end. */
  end?: boolean;
  /** The heading is only read out, such as that of a column of buttons. */
  quiet?: boolean;
}

/**
 * A table of up to some hundreds of rows. On a phone each row folds into a block of names and values, under the first column that has a name:
 * what the row is about. A column before it is a choice.
 */
export function Table<T>({
  label,
  columns,
  rows,
  rowKey,
  selected,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  selected?: (row: T) => boolean;
}): JSX.Element {
  const title = columns.findIndex(({ quiet }) => !quiet);
  return (
    <div class="table-wrap" role="region" aria-label={label} tabIndex={0}>
      <table class="table folds">
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map(({ id, label, end, quiet }) => (
              <th key={id} scope="col" class={end ? 'end' : undefined}>
                {quiet ? <span class="visually-hidden">{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} aria-selected={selected?.(row)}>
              {columns.map(({ id, label, cell, end, quiet }, index) => (
                <td
                  key={id}
                  class={index === title ? 'title' : index < title ? 'choice' : end ? 'end' : undefined}
                  data-label={quiet ? '' : label}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
