/** As `ArrayBuffer.prototype.transferToFixedLength`, but for a copy in place of a transfer. */
function copyOf(this: ArrayBuffer, length = this.byteLength): ArrayBuffer {
  const copy = new ArrayBuffer(length);
  new Uint8Array(copy).set(new Uint8Array(this, 0, Math.min(length, this.byteLength)));
  return copy;
}

/** Node.js 20 lacks what the reader of PDFs needs for fonts: without it, all that stands behind the first text of a page is left out, pictures too. */
export function addMissingTransfer(): void {
  if ('transferToFixedLength' in ArrayBuffer.prototype) return;
  Reflect.defineProperty(ArrayBuffer.prototype, 'transferToFixedLength', { value: copyOf, configurable: true, writable: true });
}
