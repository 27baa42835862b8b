/** What stands beside the files of an export, for whoever gets it. */
export function exportReadme(version: number): string {
  return `What watchpost keeps about one person (version ${version} of this format)

person.json         name, other names, number, when and where last seen, consent
faces.json          the faces by which the person is recognised (role "reference"), and how many examples of other people are kept to tell
                    them apart (role "negative", without pictures). "embedding": the numbers of the face, 32-bit floats in base64
faces/              the pictures of these faces
sightings-0001.json where and when the person was seen, the newest first, 200 snapshots in each file. "decision": match, uncertain, unknown or
                    unrecognisable; "similarity": how alike to a known face, 1 at most; "quality": 0 to 1; "sizePx": size of the face in
                    pixels; "box": where on the snapshot; "said": from where a reader said who it is
sightings/          the pictures of these faces, as far as they are kept
audit.json          what was changed about the person, and from where ("cli", "slack", ...). "words" is null where they would name others
visits.json         which snapshots were taken for one visit
posts.json          the posts in chat that show the person

All times are in UTC. What concerns other people is left out. The snapshots themselves are in the chat.
`;
}
