/** Numbers of a sketch; the kernel below is made for it. */
export const sketchLength = 96;

/** WebAssembly as far as it is used here; the compiler's libraries describe it for browsers only. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}
declare const WebAssembly: Wasm;

/** Room for so many groups. */
export const mostGroups = 1_024;

const pageBytes = 65_536;
const queryBytes = sketchLength * 2;

/** Sketches in memory that a vector loop runs over. */
export interface Kernel {
  capacity: number;
  /** The query, 16 bits a number. */
  query: Int16Array;
  /** What each row's dot product is multiplied by. */
  factors: Float32Array;
  /** What `scan` found: dot product times factor. */
  scores: Float32Array;
  sketches: Int8Array;
  /** The highest score of each group of rows. */
  tops: Float32Array;
  /** Compares the query with the first `rows` rows, in groups of so many rows; at most `mostGroups` groups. */
  scan(rows: number, groupRows: number): void;
}

let compiled: object | null = null;

/** Room for `capacity` sketches. Some 6 ns a row: 100,000 in less than a millisecond, which no loop in JavaScript comes near. */
export function createKernel(capacity: number): Kernel {
  compiled ??= new WebAssembly.Module(assemble());
  const topsAt = queryBytes;
  // The last group may be complete: then one more, empty, is written.
  const factorsAt = topsAt + (mostGroups + 1) * 4;
  const scoresAt = factorsAt + capacity * 4;
  const sketchesAt = Math.ceil((scoresAt + capacity * 4) / 16) * 16;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((sketchesAt + capacity * sketchLength) / pageBytes) });
  const { scan } = new WebAssembly.Instance(compiled, { host: { memory } }).exports;
  if (typeof scan !== 'function') throw new TypeError('the kernel exports no function');
  return {
    capacity,
    query: new Int16Array(memory.buffer, 0, sketchLength),
    factors: new Float32Array(memory.buffer, factorsAt, capacity),
    scores: new Float32Array(memory.buffer, scoresAt, capacity),
    sketches: new Int8Array(memory.buffer, sketchesAt, capacity * sketchLength),
    tops: new Float32Array(memory.buffer, topsAt, mostGroups),
    scan: (rows, groupRows) => void scan(rows, factorsAt, scoresAt, sketchesAt, topsAt, groupRows),
  };
}

/*
 * The kernel's code, written out with the names of the instructions (WebAssembly core specification 2.0, section 5.4):
 *
 *   (func (export "scan") (param rows factors scores row tops groupRows)
 *     q0..q15 := the query, eight numbers each;  left := groupRows;  top := -infinity
 *     while rows:
 *       scores[0] := factors[0] * sum over i of row[i] * query[i];  top := max(top, scores[0]);  next row
 *       if --left = 0: tops[0] := top;  next group
 *     tops[0] := top
 */
const param = { rows: 0, factors: 1, scores: 2, row: 3, tops: 4, groupRows: 5 } as const;
const chunks = sketchLength / 8;
const queryLocal = (chunk: number): number => 6 + chunk;
const sum = 6 + chunks;
const left = sum + 1;
const top = sum + 2;
const score = sum + 3;

const get = (local: number): number[] => [0x20, ...uleb(local)];
const tee = (local: number): number[] => [0x22, ...uleb(local)];
const set = (local: number): number[] => [0x21, ...uleb(local)];
const i32Const = (value: number): number[] => [0x41, ...sleb(value)];
const simd = (opcode: number, ...rest: number[]): number[] => [0xfd, ...uleb(opcode), ...rest];
const v128Load = (offset: number): number[] => simd(0x00, 4, ...uleb(offset));
/** Eight bytes widened to eight 16-bit numbers. */
const load8x8Signed = (offset: number): number[] => simd(0x01, 3, ...uleb(offset));
/** Products of 16-bit numbers, neighbours added: four 32-bit sums. */
const dot16x8 = simd(0xba);
const add32x4 = simd(0xae);
const extractLane32x4 = (lane: number): number[] => simd(0x1b, lane);
const i32Add = 0x6a;
const f32ConvertI32 = 0xb2;
const f32Mul = 0x94;
const f32Max = 0x97;
const minusInfinity = [0x43, 0x00, 0x00, 0x80, 0xff];
const f32Load = [0x2a, 2, 0];
const f32Store = [0x38, 2, 0];
const i32Eqz = 0x45;
const brIf = (depth: number): number[] => [0x0d, depth];
const block = [0x02, 0x40];
const loop = [0x03, 0x40];
const end = 0x0b;
const advance = (local: number, by: number): number[] => [...get(local), ...i32Const(by), i32Add, ...set(local)];

const nextGroup = [...get(param.groupRows), ...set(left), ...minusInfinity, ...set(top)];
const storeTop = [...get(param.tops), ...get(top), ...f32Store];

function body(): number[] {
  const each = <T>(make: (chunk: number) => T[]): T[] => Array.from({ length: chunks }, (_, chunk) => make(chunk)).flat();
  const product = (chunk: number): number[] => [...get(param.row), ...load8x8Signed(chunk * 8), ...get(queryLocal(chunk)), ...dot16x8];
  return [
    // Three groups of locals: the query and the sum, 128 bits each; `left`; `top` and `score`.
    3,
    ...uleb(chunks + 1),
    0x7b,
    1,
    0x7f,
    2,
    0x7d,
    ...nextGroup,
    ...each((chunk) => [...i32Const(0), ...v128Load(chunk * 16), ...set(queryLocal(chunk))]),
    ...block,
    ...get(param.rows),
    i32Eqz,
    ...brIf(0),
    ...loop,
    ...each((chunk) => (chunk === 0 ? product(chunk) : [...product(chunk), ...add32x4])),
    ...set(sum),
    ...[0, 1, 2, 3].flatMap((lane) => [...get(sum), ...extractLane32x4(lane), ...(lane === 0 ? [] : [i32Add])]),
    f32ConvertI32,
    ...get(param.factors),
    ...f32Load,
    f32Mul,
    ...set(score),
    ...get(param.scores),
    ...get(score),
    ...f32Store,
    ...get(top),
    ...get(score),
    f32Max,
    ...set(top),
    ...block,
    ...get(left),
    ...i32Const(-1),
    i32Add,
    ...tee(left),
    ...brIf(0),
    ...storeTop,
    ...advance(param.tops, 4),
    ...nextGroup,
    end,
    ...advance(param.row, sketchLength),
    ...advance(param.factors, 4),
    ...advance(param.scores, 4),
    ...advance(param.rows, -1),
    ...get(param.rows),
    ...brIf(0),
    end,
    end,
    ...storeTop,
    end,
  ];
}

/** "\\0asm", version 1. */
const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function assemble(): Uint8Array {
  const i32 = 0x7f;
  const code = body();
  return Uint8Array.from([
    ...magic,
    ...section(1, [1, 0x60, 6, i32, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...text('host'), ...text('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('scan'), 0, 0]),
    ...section(10, [1, ...uleb(code.length), ...code]),
  ]);
}

function section(id: number, content: number[]): number[] {
  return [id, ...uleb(content.length), ...content];
}

function text(value: string): number[] {
  return [value.length, ...new TextEncoder().encode(value)];
}

/** Unsigned LEB128. */
function uleb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...uleb(value >>> 7)];
}

/** Signed LEB128. */
function sleb(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...sleb(rest)];
}
