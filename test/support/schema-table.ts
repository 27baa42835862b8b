import { z } from 'zod';

/** As much of JSON Schema as zod makes of our schemas. */
const nodeSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  get anyOf() {
    return z.array(nodeSchema).optional();
  },
  get properties() {
    return z.record(z.string(), nodeSchema).optional();
  },
  required: z.array(z.string()).optional(),
  get items() {
    return nodeSchema.optional();
  },
});
type Node = z.infer<typeof nodeSchema>;

const typeOf = (node: Node): string => {
  if (node.anyOf) return node.anyOf.map(typeOf).join(' or ');
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(' or ');
  if (Array.isArray(node.type)) return node.type.join(' or ');
  return node.type === 'array' && node.items ? `list of ${typeOf(node.items)}s` : (node.type ?? 'any');
};

/** The fields of a node, each by its path: `user.title`, `pictures[].url`. */
function fieldsOf(node: Node, path: string): string[] {
  if (node.items) return fieldsOf(node.items, `${path}[]`);
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const own = path === '' ? name : `${path}.${name}`;
    const type = typeOf(field) + (node.required?.includes(name) ? '' : ', may be absent');
    return [`| \`${own}\` | ${type} | ${field.description ?? ''} |`, ...fieldsOf(field, own)];
  });
}

/** A Markdown table of a schema's fields. Parts in `elsewhere` are named, not repeated. */
export function tableOf(schema: z.ZodType, elsewhere: Record<string, string> = {}): string {
  const rows = fieldsOf(nodeSchema.parse(z.toJSONSchema(schema)), '');
  const shown = rows.filter((row) => !Object.keys(elsewhere).some((path) => row.startsWith(`| \`${path}.`)));
  const named = shown.map((row) => {
    const path = Object.keys(elsewhere).find((path) => row.startsWith(`| \`${path.replace('[]', '')}\` |`));
    return path === undefined ? row : row.replace(/ \|$/, ` ${elsewhere[path]} |`).replace('|  ', '| ');
  });
  return ['| field | type | meaning |', '|---|---|---|', ...named].join('\n');
}
