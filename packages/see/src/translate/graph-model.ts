import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A constant: `data` in row-major order of `shape`, in TensorFlow's layouts (NHWC pictures, HWIO kernels). */
export interface Weight {
  shape: number[];
  data: Float32Array | Int32Array;
}

export interface GraphModel {
  nodes: GraphNode[];
  weights: Map<string, Weight>;
}

const attributeSchema = z.object({
  s: z.string().optional(),
  b: z.boolean().optional(),
  list: z.object({ i: z.array(z.coerce.number()).optional(), s: z.array(z.string()).optional() }).optional(),
});

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  /** Names of other nodes or of weights. */
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
/** One operation of a TensorFlow.js graph. */
export type GraphNode = z.output<typeof nodeSchema>;

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int()),
  dtype: z.enum(['float32', 'int32']),
  quantization: z
    .discriminatedUnion('dtype', [
      z.object({ dtype: z.literal('float16') }),
      z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
    ])
    .optional(),
});
type StoredWeight = z.output<typeof weightSchema>;

const manifestSchema = z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) }));

const modelSchema = z.object({
  format: z.literal('graph-model'),
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: manifestSchema,
});

/** Reads a TensorFlow.js graph model: `model.json` and the weight files beside it. In the result each node comes after its inputs. */
export async function readGraphModel(jsonPath: string): Promise<GraphModel> {
  const { modelTopology, weightsManifest } = modelSchema.parse(JSON.parse(await readFile(jsonPath, 'utf8')));
  const weights = await readWeights(weightsManifest, dirname(jsonPath));
  return { nodes: inOrder(modelTopology.node.filter((node) => node.op !== 'Const')), weights };
}

/** Reads the weights of a TensorFlow.js manifest, a JSON file of its own: for a model whose layers are written in code. */
export async function readManifest(jsonPath: string): Promise<Map<string, Weight>> {
  return readWeights(manifestSchema.parse(JSON.parse(await readFile(jsonPath, 'utf8'))), dirname(jsonPath));
}

async function readWeights(groups: z.output<typeof manifestSchema>, dir: string): Promise<Map<string, Weight>> {
  const weights = new Map<string, Weight>();
  for (const group of groups) {
    const bytes = Buffer.concat(await Promise.all(group.paths.map((path) => readFile(join(dir, path)))));
    let offset = 0;
    for (const stored of group.weights) {
      const length = stored.shape.reduce((product, size) => product * size, 1) * bytesPerNumber(stored);
      weights.set(stored.name, { shape: stored.shape, data: decoded(Uint8Array.from(bytes.subarray(offset, offset + length)), stored) });
      offset += length;
    }
  }
  return weights;
}

const bytesPerNumber = ({ quantization }: StoredWeight): number => (quantization ? (quantization.dtype === 'uint8' ? 1 : 2) : 4);

function decoded(bytes: Uint8Array<ArrayBuffer>, { dtype, quantization }: StoredWeight): Float32Array | Int32Array {
  if (quantization?.dtype === 'uint8') return Float32Array.from(bytes, (byte) => byte * quantization.scale + quantization.min);
  if (quantization) return fromFloat16(new Uint16Array(bytes.buffer));
  return dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

/** Sorted depth-first: the files list nodes in any order. */
function inOrder(nodes: GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const sorted = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (sorted.has(node)) return;
    for (const input of node.input) {
      const source = byName.get(input);
      if (source) visit(source);
    }
    sorted.add(node);
  };
  for (const node of nodes) visit(node);
  return [...sorted];
}

/** IEEE 754 half precision to single. */
function fromFloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
