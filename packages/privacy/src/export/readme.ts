import { placesInExport } from './places.ts';

/** What stands beside the files of an export, for whoever gets it. */
export function exportReadme(version: number): string {
  const reasons = new Set(Object.values(placesInExport).flatMap((place) => ('leftOut' in place ? [place.leftOut] : [])));
  return `What watchpost keeps about one person (version ${version} of this format)

person.json         name, other names, number, when and where last seen, consent; from how many people somebody told them apart
faces.json          the faces by which the person is recognised (role "reference"), and how many examples of other people are kept to tell
                    them apart (role "negative", without pictures). "heldFor": "somebody else" for faces of this person that are kept to tell
                    others apart, or were learnt for others by mistake. "embedding": the numbers of the face, 32-bit floats in base64
faces/              the pictures of these faces
sightings-0001.json where and when the person was seen, the newest first, 200 snapshots in each file. "decision": match, uncertain, unknown or
                    unrecognisable; "similarity": how alike to a known face, 1 at most; "quality": 0 to 1; "sizePx": size of the face in
                    pixels; "box": where on the snapshot; "said": from where somebody said who it is
sightings/          the pictures of these faces, as far as they are kept
audit.json          what was changed about the person, earlier words on consent too, and from where ("cli", "slack", ...). "words" is null where they would name others
visits.json         which snapshots were taken for one visit
records.json        what became of the snapshots in which the person was recognised
posts.json          the posts in chat that show the person; of visits that are not kept any more also those that only asked whether it was
                    the person
notices.json        digests and messages of the last days that name the person: when and where, without what they say of others
subscriptions.json  that somebody in the chat wants to be told when the person comes; not who

All times are in UTC. The snapshots themselves are in the chat.

Left out: what concerns other people; faces that may be this person's, of which nobody is sure, and visits of which it was asked or denied that it was
this person: they may be somebody else's;
${[...reasons].join(';\n')}.
`;
}
