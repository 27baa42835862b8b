/** How a body can be sent. */
export type Encoding = 'br' | 'gzip' | 'identity';

const ours: readonly Encoding[] = ['br', 'gzip'];

/** The best encoding that a client takes: Brotli, else gzip, else none. */
export function encodingFor(acceptEncoding: string | undefined): Encoding {
  if (!acceptEncoding) return 'identity';
  const weights = new Map(
    acceptEncoding
      .toLowerCase()
      .split(',')
      .slice(0, 20)
      .map((part) => {
        const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
        const q = parameters.find((each) => each.startsWith('q='))?.slice(2);
        return [name, q === undefined ? 1 : Number(q)] as const;
      }),
  );
  const weightOf = (encoding: string): number => weights.get(encoding) ?? weights.get('*') ?? 0;
  const [best] = ours.filter((encoding) => weightOf(encoding) > 0).toSorted((a, b) => weightOf(b) - weightOf(a));
  return best ?? 'identity';
}
