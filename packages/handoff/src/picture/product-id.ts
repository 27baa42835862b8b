/**
 * The product id of a photo, by which publishing systems know it: IPTC's dataset 1:50, which `exiftool -ProductID=…` writes, or
 * prism:productID of XMP in formats without IPTC.
 */

/** As IPTC says. */
const mostBytes = 32;
const header = 'Photoshop 3.0\0';

/** Reads it from what a decoder found; null: there is none, or none that could be written again. */
export function readProductId({ iptc, xmp }: { iptc?: Buffer | undefined; xmp?: Buffer | undefined }): string | null {
  return cleaned((iptc && fromIptc(iptc)) ?? (xmp && fromXmp(xmp.toString('utf8'))) ?? '');
}

function fromIptc(iptc: Buffer): string | undefined {
  const at = iptc.indexOf(Buffer.from([0x1c, 1, 50]));
  if (at < 0 || at + 5 > iptc.length) return undefined;
  return iptc.toString('utf8', at + 5, at + 5 + iptc.readUInt16BE(at + 3));
}

const fromXmp = (xmp: string): string | undefined =>
  /<\w+:productID>([^<]{1,200})<\/\w+:productID>/i.exec(xmp)?.[1] ?? /\s\w+:productID=["']([^"'<]{1,200})["']/i.exec(xmp)?.[1];

/** Only what is surely an id: anything else may say more than one wants to publish. */
const cleaned = (text: string): string | null => (/^[\w.:/ -]{1,32}$/.test(text.trim()) ? text.trim() : null);

/** The JPEG with the id in a segment of its own behind the first marker. */
export function jpegWithProductId(jpeg: Uint8Array, id: string): Buffer {
  const value = Buffer.from(id, 'latin1').subarray(0, mostBytes);
  const dataset = Buffer.concat([Buffer.from([0x1c, 1, 0, 0, 2, 0, 4, 0x1c, 1, 50, 0, value.length]), value]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(dataset.length);
  const padding = Buffer.alloc(dataset.length % 2);
  const resource = Buffer.concat([Buffer.from('8BIM'), Buffer.from([0x04, 0x04, 0, 0]), size, dataset, padding]);
  const body = Buffer.concat([Buffer.from(header, 'latin1'), resource]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xed]), length, body, jpeg.subarray(2)]);
}

/** XMP that says nothing but the id. `id` as `readProductId` gives it: no character in it needs escaping. */
export const xmpOfProductId = (id: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><prism:productID>${id}</prism:productID></rdf:Description></rdf:RDF></x:xmpmeta>`;
