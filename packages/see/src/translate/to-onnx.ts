import type { GraphModel, GraphNode, Weight } from './graph-model.ts';
import { encodeOnnx, type Dimension, type OnnxNode, type OnnxTensor } from './onnx-file.ts';

/** How to translate one model. */
export interface Recipe {
  /** The model's name in Human's package. */
  name: string;
  /** Side of the square input the model was trained on; paddings are computed for it. */
  side: number;
  /** Whether the translated model takes any height and width that are multiples of 32 instead. */
  freeSize: boolean;
  /** Bytes to input values: (byte - mean[channel]) * scale, channels in this order. */
  preprocessing: { order: 'rgb' | 'bgr'; mean: [number, number, number]; scale: number };
  /** The graph's output nodes and what to call their values. Nodes that these do not depend on are left out. */
  outputs: Record<string, string>;
}

/** The translated model's only input: picture bytes, [pictures, height, width, 3], RGB. */
export const inputName = 'picture';

/**
 * Translates a TensorFlow.js graph to ONNX. Supports the few operations that Human's face models use.
 * TensorFlow stores channels last, ONNX first: pictures are transposed once at the input, outputs once at the end, kernels as they are written.
 * Throws an Error that names the node if the graph has an unsupported operation, or a supported one with unsupported attributes.
 */
export function toOnnx(model: GraphModel, recipe: Recipe): Uint8Array<ArrayBuffer> {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  /** Height and width of each value at the nominal input size; null for values that are not pictures any more. */
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

interface Size {
  height: number;
  width: number;
}

/** The ONNX graph being written. */
interface Draft {
  weight(name: string): Weight;
  isWeight(name: string): boolean;
  constant(name: string, dims: number[], data: Float32Array | BigInt64Array): string;
  emit(op: string, inputs: string[], output: string, attributes?: Record<string, number | number[]>): string;
  sizeOf(name: string): Size;
}

/** Writes the ONNX for one node. Returns the height and width of its value, null if that is not a picture. */
type Translate = (graph: Draft, node: GraphNode) => Size | null;

const operations: Record<string, Translate> = {
  Placeholder: () => null,
  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: convolution,
  Add: elementwise('Add'),
  AddV2: elementwise('Add'),
  Mul: elementwise('Mul'),
  Relu: unary('Relu'),
  Sigmoid: unary('Sigmoid'),
  Identity: unary('Identity'),
  Clip: (graph, node) => {
    const [input, low, high] = inputsOf(node);
    const bound = (name: string) => graph.constant(name, [], floats(graph.weight(name)));
    graph.emit('Clip', [input, bound(low), bound(high)], node.name);
    return graph.sizeOf(input);
  },
  Prelu: (graph, node) => {
    const [input, slope] = inputsOf(node);
    graph.emit('PRelu', [input, perChannel(graph, slope)], node.name);
    return graph.sizeOf(input);
  },
  MaxPool: (graph, node) => {
    const [input] = inputsOf(node);
    const kernel = spatial(node, 'ksize');
    const strides = spatial(node, 'strides');
    const { pads, size } = padding(node, graph.sizeOf(input), kernel, strides);
    graph.emit('MaxPool', [input], node.name, { kernel_shape: kernel, strides, pads });
    return size;
  },
  Pad: (graph, node) => {
    const [input, name] = inputsOf(node);
    const [n0 = 0, n1 = 0, h0 = 0, h1 = 0, w0 = 0, w1 = 0, c0 = 0, c1 = 0] = graph.weight(name).data;
    const pads = BigInt64Array.from([n0, c0, h0, w0, n1, c1, h1, w1], BigInt);
    graph.emit('Pad', [input, graph.constant(name, [8], pads)], node.name);
    const { height, width } = graph.sizeOf(input);
    return { height: height + h0 + h1, width: width + w0 + w1 };
  },
  Reshape: (graph, node) => {
    const [input, name] = inputsOf(node);
    const transposed = graph.emit('Transpose', [input], `${node.name}/transposed`, { perm: [0, 2, 3, 1] });
    const shape = graph.constant(name, graph.weight(name).shape, BigInt64Array.from(graph.weight(name).data, BigInt));
    graph.emit('Reshape', [transposed, shape], node.name);
    return null;
  },
  Mean: (graph, node) => {
    const [input, axes] = inputsOf(node);
    const over = [...graph.weight(axes).data].sort((a, b) => a - b);
    if (over.join() !== '1,2' || node.attr['keep_dims']?.b)
      throw new Error(`${node.name}: a mean over the axes ${over.join()} is not supported`);
    graph.emit('ReduceMean', [input], node.name, { axes: [2, 3], keepdims: 0 });
    return null;
  },
};

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
  return { height: side, width: side };
}

function convolution(graph: Draft, node: GraphNode): Size {
  const [input, kernelName, biasName, slopeName] = inputsOf(node);
  const { kernel, shape, group } = kernelOf(graph, node, kernelName);
  if ((node.attr['dilations']?.list?.i ?? []).some((distance) => distance !== 1))
    throw new Error(`${node.name}: dilations are not supported`);
  const strides = spatial(node, 'strides');
  const { pads, size } = padding(node, graph.sizeOf(input), shape, strides);
  const inputs = [input, kernel];
  const [first, activation] = fusedWith(node);
  if (first !== undefined && first !== 'BiasAdd') throw new Error(`${node.name}: fused ${first} is not supported`);
  if (first) inputs.push(graph.constant(biasName, graph.weight(biasName).shape, floats(graph.weight(biasName))));
  const output = activation ? `${node.name}/linear` : node.name;
  graph.emit('Conv', inputs, output, { kernel_shape: shape, strides, pads, group });
  if (activation) activate(graph, node, activation, output, slopeName);
  return size;
}

/** TensorFlow's kernels are rows, columns, channels in, channels out; in ONNX channels out and in come first. */
function kernelOf(graph: Draft, node: GraphNode, name: string): { kernel: string; shape: [number, number]; group: number } {
  const weight = graph.weight(name);
  const [rows = 1, columns = 1, channels = 1, multiple = 1] = weight.shape;
  if (node.op !== 'DepthwiseConv2dNative') {
    const kernel = graph.constant(name, [multiple, channels, rows, columns], transposed(weight, [3, 2, 0, 1]));
    return { kernel, shape: [rows, columns], group: 1 };
  }
  if (multiple !== 1) throw new Error(`${node.name}: a depth multiplier of ${multiple} is not supported`);
  return {
    kernel: graph.constant(name, [channels, 1, rows, columns], transposed(weight, [2, 3, 0, 1])),
    shape: [rows, columns],
    group: channels,
  };
}

const fusedWith = (node: GraphNode): string[] =>
  (node.attr['fused_ops']?.list?.s ?? []).map((text) => Buffer.from(text, 'base64').toString());

function activate(graph: Draft, node: GraphNode, activation: string, input: string, slope: string): void {
  if (activation === 'Relu') graph.emit('Relu', [input], node.name);
  else if (activation === 'Prelu') graph.emit('PRelu', [input, perChannel(graph, slope)], node.name);
  else throw new Error(`${node.name}: fused ${activation} is not supported`);
}

function elementwise(op: string): Translate {
  return (graph, node) => {
    const [left, right] = inputsOf(node);
    graph.emit(op, [left, graph.isWeight(right) ? perChannel(graph, right) : right], node.name);
    return graph.sizeOf(left);
  };
}

function unary(op: string): Translate {
  return (graph, node) => {
    const [input] = inputsOf(node);
    graph.emit(op, [input], node.name);
    return graph.sizeOf(input);
  };
}

/** TensorFlow's paddings; SAME puts the odd pixel at the end. What is right for the nominal side is right for any multiple of 32: all strides meet even sizes. */
function padding(node: GraphNode, size: Size, kernel: [number, number], strides: [number, number]): { pads: number[]; size: Size } {
  const kind = Buffer.from(node.attr['padding']?.s ?? '', 'base64').toString();
  if (kind !== 'SAME' && kind !== 'VALID') throw new Error(`${node.name}: padding ${kind} is not supported`);
  const along = (length: number, reach: number, stride: number): [before: number, after: number, result: number] => {
    if (kind === 'VALID') return [0, 0, Math.ceil((length - reach + 1) / stride)];
    const result = Math.ceil(length / stride);
    const total = Math.max((result - 1) * stride + reach - length, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2), result];
  };
  const [top, bottom, height] = along(size.height, kernel[0], strides[0]);
  const [left, right, width] = along(size.width, kernel[1], strides[1]);
  return { pads: [top, left, bottom, right], size: { height, width } };
}

/** Height and width from an attribute that lists batch, height, width and channels. */
function spatial(node: GraphNode, attribute: string): [number, number] {
  const [, rows = 1, columns = 1] = node.attr[attribute]?.list?.i ?? [];
  return [rows, columns];
}

function perChannel(graph: Draft, name: string): string {
  const { shape, data } = graph.weight(name);
  if (shape.slice(0, -1).some((size) => size !== 1)) throw new Error(`${name}: not one number per channel`);
  return graph.constant(name, [data.length, 1, 1], floats({ shape, data }));
}

const floats = ({ data }: Weight): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data));

function inputsOf(node: GraphNode): [string, string, string, string] {
  const [a = '', b = '', c = '', d = ''] = node.input;
  return [a, b, c, d];
}

/** Reorders a kernel's four axes: axis i of the result is axis `order[i]` of the source. */
function transposed({ shape, data }: Weight, order: [number, number, number, number]): Float32Array {
  const step = (axis: number): number => shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const [a, b, c, d] = order;
  const [sizeA = 1, sizeB = 1, sizeC = 1, sizeD = 1] = order.map((axis) => shape[axis]);
  const [stepA, stepB, stepC, stepD] = [step(a), step(b), step(c), step(d)];
  const result = new Float32Array(data.length);
  let at = 0;
  for (let i = 0; i < sizeA; i += 1)
    for (let j = 0; j < sizeB; j += 1)
      for (let k = 0; k < sizeC; k += 1)
        for (let l = 0; l < sizeD; l += 1) {
          result[at] = data[i * stepA + j * stepB + k * stepC + l * stepD] ?? 0;
          at += 1;
        }
  return result;
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
