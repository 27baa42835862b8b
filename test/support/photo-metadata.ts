import sharp from 'sharp';

/** What stands in samples, and must stand in nothing that is published. */
const secrets = ['Jo Reporter', 'SERIAL-0042', 'NEAR-THE-HOSPITAL', 'Home address'] as const;

/** The picture with what cameras and editors note: EXIF with a position, XMP, and in JPEG IPTC and a comment. */
export async function makersNote(picture: Buffer, format: string): Promise<Buffer> {
  const exif = {
    IFD0: { Artist: 'Jo Reporter', Make: 'Camera' },
    IFD2: { BodySerialNumber: 'SERIAL-0042' },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '51/1 30/1 3230/100',
      GPSLongitudeRef: 'W',
      GPSLongitude: '0/1 7/1 4366/100',
      GPSAreaInformation: 'NEAR-THE-HOSPITAL',
    },
  };
  const noted = await sharp(picture)
    .withExif(exif)
    .withXmp(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>Home address</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>',
    )
    .toBuffer();
  return format === 'jpeg'
    ? withIptc(noted, [
        [2, 80, 'Jo Reporter'],
        [2, 105, 'Home address'],
      ])
    : noted;
}

/** Datasets as IPTC has them (record, number, value), in a segment of their own. */
function withIptc(jpeg: Buffer, datasets: readonly (readonly [number, number, string])[]): Buffer {
  const iptc = Buffer.concat(
    datasets.map(([record, number, value]) => Buffer.concat([Buffer.from([0x1c, record, number, 0, value.length]), Buffer.from(value)])),
  );
  const even = iptc.length % 2 === 0 ? iptc : Buffer.concat([iptc, Buffer.alloc(1)]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(iptc.length);
  const body = Buffer.concat([Buffer.from('Photoshop 3.0\0'), Buffer.from('8BIM'), Buffer.from([4, 4, 0, 0]), size, even]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length + 2);
  const comment = Buffer.from('Jo Reporter');
  const commentSegment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, comment.length + 2]), comment]);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xed]), length, body, commentSegment, jpeg.subarray(2)]);
}

/** Which of them stand anywhere in a file, whatever it calls them. */
export const secretsIn = (bytes: Uint8Array): string[] => secrets.filter((secret) => Buffer.from(bytes).includes(secret));
