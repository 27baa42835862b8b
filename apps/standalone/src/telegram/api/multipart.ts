/** A file that came with a call. */
export interface Upload {
  name: string;
  mimeType: string;
  bytes: Uint8Array;
}

export interface Form {
  values: Record<string, string>;
  files: Map<string, Upload>;
}

/** Reads a `multipart/form-data` body. grammY leaves out the quotes that Node's own reader insists on. */
export function readMultipart(body: Buffer, contentType: string): Form {
  const form: Form = { values: {}, files: new Map() };
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return form;
  // Each part is between two boundaries, which stand on a line of their own.
  const mark = Buffer.from(`\r\n--${boundary}`);
  const all = Buffer.concat([Buffer.from('\r\n'), body]);
  for (let from = all.indexOf(mark), to = 0; from >= 0; from = to) {
    to = all.indexOf(mark, from + mark.byteLength);
    if (to < 0) break;
    readPart(all.subarray(from + mark.byteLength + 2, to), form);
  }
  return form;
}

function readPart(part: Buffer, form: Form): void {
  const end = part.indexOf('\r\n\r\n');
  if (end < 0) return;
  const head = part.subarray(0, end).toString();
  const content = part.subarray(end + 4);
  const name = parameter(head, 'name');
  if (name === undefined) return;
  const fileName = parameter(head, 'filename');
  if (fileName === undefined) form.values[name] = content.toString();
  else {
    const mimeType = /^content-type:\s*(\S+)/im.exec(head)?.[1] ?? 'application/octet-stream';
    form.files.set(name, { name: fileName, mimeType, bytes: new Uint8Array(content) });
  }
}

const parameter = (head: string, name: string): string | undefined => {
  const [, quoted, bare] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\r\\n]*))`, 'i').exec(head) ?? [];
  return quoted ?? bare;
};
