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
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});

const modelSchema = z.object({
  format: z.literal('graph-model'),
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
});

/** Reads a TensorFlow.js graph model: `model.json` and the weight files beside it. In the result each node comes after its inputs. */
export async function readGraphModel(jsonPath: string): Promise<GraphModel> {
  const { modelTopology, weightsManifest } = modelSchema.parse(JSON.parse(await readFile(jsonPath, 'utf8')));
  const weights = new Map<string, Weight>();
  for (const group of weightsManifest) {
    const bytes = Buffer.concat(await Promise.all(group.paths.map((path) => readFile(join(dirname(jsonPath), path)))));
    let offset = 0;
    for (const { name, shape, dtype, quantization } of group.weights) {
      const count = shape.reduce((product, size) => product * size, 1);
      const width = quantization ? 2 : 4;
      const slice = Uint8Array.from(bytes.subarray(offset, offset + count * width)).buffer;
      offset += count * width;
      const data = quantization ? fromFloat16(new Uint16Array(slice)) : dtype === 'int32' ? new Int32Array(slice) : new Float32Array(slice);
      weights.set(name, { shape, data });
    }
  }
  return { nodes: inOrder(modelTopology.node.filter((node) => node.op !== 'Const')), weights };
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
