import type { GraphModel, GraphNode } from './graph-model.ts';
import { inputsOf, type Draft, type Size } from './draft.ts';
import { inputName } from './inputs.ts';
import { encodeOnnx, type Dimension, type OnnxNode, type OnnxTensor } from './onnx-file.ts';
import { operations } from './operations.ts';

/** How to translate one model. */
export interface Recipe {
  /** The model's name in Human's package. */
  name: string;
  /** Side of the square input the model was trained on; paddings are computed for it. */
  side: number;
  /** Whether the translated model takes any height and width that are multiples of 32 instead. */
  freeSize: boolean;
  /** Whether to fill channels up to whole blocks of the processor's layout, with zeros. */
  wholeBlocks: boolean;
  /** Bytes to input values: (byte - mean[channel]) * scale, channels in this order. */
  preprocessing: { order: 'rgb' | 'bgr'; mean: [number, number, number]; scale: number };
  /** The graph's output nodes and what to call their values. Nodes that these do not depend on are left out. */
  outputs: Record<string, string>;
}

/**
 * Translates a TensorFlow.js graph to ONNX. Supports the few operations that Human's face models use.
 * TensorFlow stores channels last, ONNX first: pictures are transposed once at the input, outputs once at the end, kernels as they are written.
 * `channelBlock`: how many channels ONNX Runtime's blocked layout keeps together; for recipes with `wholeBlocks`.
 * Throws an Error that names the node if the graph has an unsupported operation, or a supported one with unsupported attributes.
 */
export function toOnnx(model: GraphModel, recipe: Recipe, channelBlock: number): Uint8Array<ArrayBuffer> {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  /** Null for values that are not pictures any more. */
  const sizes = new Map<string, Size | null>();
  const graph: Draft = {
    weight: (name) => {
      const weight = model.weights.get(name);
      if (!weight) throw new Error(`${recipe.name}: no constant named ${name}`);
      return weight;
    },
    constant: (name, dims, data) => {
      if (!initializers.some((tensor) => tensor.name === name)) initializers.push({ name, dims, data });
      return name;
    },
    emit: (op, inputs, output, attributes) => {
      nodes.push({ op, inputs, output, ...(attributes ? { attributes } : {}) });
      return output;
    },
    sizeOf: (name) => {
      const size = sizes.get(name);
      if (!size) throw new Error(`${recipe.name}: ${name} is not a picture`);
      return size;
    },
    isWeight: (name) => model.weights.has(name),
    channelsFor: ({ name }, channels) =>
      recipe.wholeBlocks && !(name in recipe.outputs) ? Math.ceil(channels / channelBlock) * channelBlock : channels,
  };

  for (const node of needed(withClips(model), Object.keys(recipe.outputs))) {
    const translate = operations[node.op];
    if (!translate) throw new Error(`${recipe.name}: unsupported operation ${node.op} (node ${node.name})`);
    sizes.set(node.name, node.op === 'Placeholder' ? preprocess(graph, node, recipe) : translate(graph, node));
  }
  for (const [from, to] of Object.entries(recipe.outputs)) {
    if (sizes.get(from)) graph.emit('Transpose', [from], to, { perm: [0, 2, 3, 1] });
    else graph.emit('Identity', [from], to);
  }
  const side: Dimension[] = recipe.freeSize ? ['height', 'width'] : [recipe.side, recipe.side];
  return encodeOnnx({
    name: recipe.name,
    nodes,
    initializers,
    input: { name: inputName, type: 'uint8', shape: ['pictures', ...side, 3] },
    outputs: Object.values(recipe.outputs),
  });
}

/** Picture bytes to input values: transposed to channels first, reordered, centred, scaled. */
function preprocess(graph: Draft, node: GraphNode, { preprocessing: { order, mean, scale }, side }: Recipe): Size {
  graph.emit('Cast', [inputName], 'input/float', { to: 1 });
  let value = graph.emit('Transpose', ['input/float'], 'input/transposed', { perm: [0, 3, 1, 2] });
  if (order === 'bgr') {
    const indices = graph.constant('input/order', [3], BigInt64Array.of(2n, 1n, 0n));
    value = graph.emit('Gather', [value, indices], 'input/ordered', { axis: 1 });
  }
  if (mean.some((value) => value !== 0)) {
    const means = graph.constant('input/mean', [1, 3, 1, 1], Float32Array.from(mean));
    value = graph.emit('Sub', [value, means], 'input/centred');
  }
  graph.emit('Mul', [value, graph.constant('input/scale', [], Float32Array.of(scale))], node.name);
  return { height: side, width: side, channels: 3, modelChannels: 3 };
}

/** Joins Relu, Minimum and Maximum in a row into one Clip, which ONNX Runtime can fuse into the convolution before. */
function withClips({ nodes }: GraphModel): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return nodes.map((node) => {
    const minimum = node.op === 'Maximum' ? byName.get(inputsOf(node)[0]) : undefined;
    const relu = minimum?.op === 'Minimum' ? byName.get(inputsOf(minimum)[0]) : undefined;
    if (!minimum || relu?.op !== 'Relu') return node;
    return { ...node, op: 'Clip', input: [inputsOf(relu)[0], inputsOf(node)[1], inputsOf(minimum)[1]] };
  });
}

/** The nodes that the outputs depend on, in order. */
function needed(nodes: GraphNode[], outputs: string[]): GraphNode[] {
  const wanted = new Set(outputs);
  const kept = nodes.toReversed().filter((node) => {
    if (!wanted.has(node.name)) return false;
    for (const input of node.input) wanted.add(input);
    return true;
  });
  const missing = outputs.filter((name) => !nodes.some((node) => node.name === name));
  if (missing.length > 0) throw new Error(`the graph has no node ${missing.join(', ')}`);
  return kept.toReversed();
}
