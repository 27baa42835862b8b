import type { FieldValue } from './server.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
export const isField = (target: unknown): target is Field =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;

/** What a field holds now. */
export function valueOf(field: Field): FieldValue {
  const { dataset } = field;
  const named = { block: dataset['block'] ?? '', action: dataset['field'] ?? dataset['press'] ?? '' };
  if (dataset['type'] === 'external_select') {
    const chosen = dataset['chosen'];
    return { ...named, value: chosen ?? null, ...(chosen !== undefined && { label: field.value }) };
  }
  return { ...named, value: field.value === '' ? null : field.value };
}

/** All fields within an element; of checkboxes and radio buttons, one for each group. */
export function fieldsOf(within: ParentNode): FieldValue[] {
  const values: FieldValue[] = [];
  for (const field of within.querySelectorAll('[data-field], select[data-press], input[data-press]')) {
    if (!isField(field)) continue;
    const value = valueOf(field);
    if (!(field instanceof HTMLInputElement) || (field.type !== 'checkbox' && field.type !== 'radio')) {
      values.push(value);
      continue;
    }
    const group = values.find(({ block, action }) => block === value.block && action === value.action);
    const chosen = field.checked ? [field.value] : [];
    if (group) {
      group.values = [...(group.values ?? []), ...chosen];
      group.value ??= chosen[0] ?? null;
    } else values.push({ ...value, value: chosen[0] ?? null, values: chosen });
  }
  return values;
}

/** Carries what was typed over to a newer version of a form: where the block and the element are the same. */
export function carryOver(from: ParentNode, to: ParentNode): void {
  for (const old of from.querySelectorAll('[data-field]')) {
    if (!isField(old) || old.dataset['field'] === undefined) continue;
    const same = `[data-field="${CSS.escape(old.dataset['field'])}"][data-block="${CSS.escape(old.dataset['block'] ?? '')}"]`;
    for (const fresh of to.querySelectorAll(same)) {
      if (!isField(fresh)) continue;
      if (old instanceof HTMLInputElement && fresh instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(old.type)) {
        if (fresh.value === old.value) fresh.checked = old.checked;
        continue;
      }
      fresh.value = old.value;
      if (old.dataset['chosen'] === undefined) delete fresh.dataset['chosen'];
      else fresh.dataset['chosen'] = old.dataset['chosen'];
    }
  }
}
