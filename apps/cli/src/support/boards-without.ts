import { inlinesOf } from '@watchpost/shared/chat/written';
import { type Entry, entrySchema } from '@watchpost/feeds/entry';
import type { DocumentsWithout, Forgotten } from '@watchpost/gallery/archive/forget-in-file';
import { nameKey } from '@watchpost/gallery/names';
import { visitSchema } from '@watchpost/visits/visit';
import { personsOf, visitKind } from '@watchpost/visits/visit-document';

type Line = Parameters<DocumentsWithout['see']>[0];

const kinds = { entry: 'entry', picture: 'feed-picture', part: 'feed-picture-part', delivery: 'delivery' };

/**
 * What boards of a backup show of visits in which somebody was who is forgotten again is withheld, and its pictures are left out: a worker says
 * it anew without them, and takes away what was brought elsewhere.
 */
export function boardsWithout({ personIds, names }: Forgotten): DocumentsWithout {
  const own = new Set(personIds);
  const called = new Set(names.map((name) => nameKey(name)));
  /** Posts of visits in which they were, or whose entry names them. */
  const posts = new Set<string>();
  /** The names of an entry's pictures, by its post. */
  const pictures = new Map<string, string[]>();
  let removed: Set<string> | null = null;
  const isRemoved = (name: string): boolean => {
    removed ??= new Set([...pictures].flatMap(([post, of]) => (posts.has(post) ? of : [])));
    return removed.has(name);
  };
  return {
    see: (line) => {
      if (line.of === visitKind) {
        const visit = visitSchema.safeParse(line.body).data;
        const messageId = visit?.post?.progress?.messageId ?? null;
        if (visit?.post && messageId !== null && personsOf(visit).some((id) => own.has(id)))
          posts.add(postOf(visit.post.channel, messageId));
      }
      const entry = entryIn(line);
      if (!entry) return;
      const post = postOf(entry.channel, entry.messageId);
      if (isOfBoard(entry) && saysOneOf(entry, called)) posts.add(post);
      pictures.set(post, [...(pictures.get(post) ?? []), ...entry.pictures.flatMap(({ name }) => name ?? [])]);
    },
    change: (line) => {
      const { of, id } = line;
      if (of === kinds.picture) return isRemoved(id) ? null : line;
      if (of === kinds.part) return isRemoved(id.slice(0, id.lastIndexOf('.'))) ? null : line;
      // Somebody looks at once whether readers are still to see its pictures.
      if (of === kinds.delivery) return posts.has(id) ? { ...line, atMs: 0, revision: line.revision + 1 } : line;
      const entry = entryIn(line);
      if (!entry || !posts.has(postOf(entry.channel, entry.messageId))) return line;
      // Whoever has read it as it was must not write it back.
      return { ...line, body: withheld(entry), revision: line.revision + 1 };
    },
  };
}

/** As the id of a delivery. */
const postOf = (channel: string, messageId: string): string => `${channel}.${messageId}`;

const entryIn = ({ of, body }: Line): Entry | null => (of === kinds.entry ? (entrySchema.safeParse(body).data ?? null) : null);

/** What a board says is by nobody. */
const isOfBoard = ({ author }: Entry): boolean => author !== null && author.member === null && author.bot === null;

const saysOneOf = ({ published }: Entry, called: ReadonlySet<string>): boolean =>
  inlinesOf(published?.written.blocks ?? []).some((inline) => inline.type === 'text' && called.has(nameKey(inline.text)));

/** Nobody may see what it says, and nothing of it is kept; what comes later may be seen. */
function withheld(entry: Entry): Entry {
  const { published, pictures, versions, changes } = entry;
  return {
    ...entry,
    published: null,
    pictures: pictures.filter(({ name }) => name !== null).map((picture) => ({ ...picture, altText: null })),
    versions: versions.map((version) => ({ ...version, hash: '', sealed: null, withheld: version.withheld ?? 'may-not-post' })),
    changes: changes + (published ? 1 : 0),
  };
}
