import { channelNumbers, floats, inputsOf, lengthened, padding, spatial, type Draft, type Size } from './draft.ts';
import type { GraphNode, Weight } from './graph-model.ts';

/** Conv2D, _FusedConv2D and DepthwiseConv2dNative. */
export function convolution(graph: Draft, node: GraphNode): Size {
  const [input, kernelName, biasName, slopeName] = inputsOf(node);
  if ((node.attr['dilations']?.list?.i ?? []).some((distance) => distance !== 1))
    throw new Error(`${node.name}: dilations are not supported`);
  const from = graph.sizeOf(input);
  const { kernel, shape, group, ...channels } = kernelOf(graph, node, kernelName, from);
  const strides = spatial(node, 'strides');
  const { pads, height, width } = padding(node, from, shape, strides);
  const size = { height, width, ...channels };
  const inputs = [input, kernel];
  const [first, activation] = fusedWith(node);
  if (first !== undefined && first !== 'BiasAdd') throw new Error(`${node.name}: fused ${first} is not supported`);
  if (first) inputs.push(graph.constant(biasName, [size.channels], lengthened(floats(graph.weight(biasName)), size.channels)));
  const output = activation ? `${node.name}/linear` : node.name;
  graph.emit('Conv', inputs, output, { kernel_shape: shape, strides, pads, group });
  if (activation === 'Relu') graph.emit('Relu', [output], node.name);
  else if (activation === 'Prelu') prelu(graph, output, slopeName, node.name, size);
  else if (activation) throw new Error(`${node.name}: fused ${activation} is not supported`);
  return size;
}

interface Kernel extends Pick<Size, 'channels' | 'modelChannels'> {
  kernel: string;
  shape: [number, number];
  group: number;
}

/** TensorFlow's kernels are rows, columns, channels in, channels out; in ONNX channels out and in come first. Weights of added channels are 0. */
function kernelOf(graph: Draft, node: GraphNode, name: string, from: Size): Kernel {
  const weight = graph.weight(name);
  const [rows = 1, columns = 1, channelsIn = 1, multiple = 1] = weight.shape;
  const shape: [number, number] = [rows, columns];
  if (node.op === 'DepthwiseConv2dNative') {
    if (multiple !== 1) throw new Error(`${node.name}: a depth multiplier of ${multiple} is not supported`);
    const { channels, modelChannels } = from;
    const data = lengthened(transposed(weight, [2, 3, 0, 1], 1), channels * rows * columns);
    return { kernel: graph.constant(name, [channels, 1, rows, columns], data), shape, group: channels, channels, modelChannels };
  }
  const channels = graph.channelsFor(node, multiple);
  const data = lengthened(transposed(weight, [3, 2, 0, 1], from.channels / channelsIn), channels * from.channels * rows * columns);
  return {
    kernel: graph.constant(name, [channels, from.channels, rows, columns], data),
    shape,
    group: 1,
    channels,
    modelChannels: multiple,
  };
}

const fusedWith = (node: GraphNode): string[] =>
  (node.attr['fused_ops']?.list?.s ?? []).map((text) => Buffer.from(text, 'base64').toString());

/**
 * slope * x + (1 - slope) * relu(x), each product a convolution of every channel by itself: these stay in the blocked layout in which
 * ONNX Runtime keeps the values between convolutions. Its own PRelu leaves that layout and takes longer than all convolutions of the mesh model.
 */
export function prelu(graph: Draft, input: string, slopeName: string, output: string, { channels }: Size): void {
  const slopes = channelNumbers(graph, slopeName, channels);
  const scaled = (value: string, name: string, factors: Float32Array): string => {
    const kernel = graph.constant(`${slopeName}/${name}`, [channels, 1, 1, 1], factors);
    return graph.emit('Conv', [value, kernel], `${output}/${name}`, { kernel_shape: [1, 1], group: channels });
  };
  const positive = graph.emit('Relu', [input], `${output}/relu`);
  const rest = slopes.map((slope) => 1 - slope);
  graph.emit('Add', [scaled(input, 'slope', slopes), scaled(positive, 'rest', rest)], output);
}

/** Adds channels of zeros before and behind, as a convolution: for the reason of `prelu`. */
export function padChannels(graph: Draft, node: GraphNode, input: string, before: number, behind: number): Size {
  const from = graph.sizeOf(input);
  const modelChannels = before + from.modelChannels + behind;
  const channels = graph.channelsFor(node, modelChannels);
  const kernel = new Float32Array(channels * from.channels);
  for (let channel = 0; channel < from.modelChannels; channel += 1) kernel[(before + channel) * from.channels + channel] = 1;
  const weights = graph.constant(`${node.name}/kernel`, [channels, from.channels, 1, 1], kernel);
  graph.emit('Conv', [input, weights], node.name, { kernel_shape: [1, 1] });
  return { ...from, channels, modelChannels };
}

/** Reorders a kernel's four axes: axis i of the result is axis `order[i]` of the source. The result's second axis is `stretch` times as long, with zeros behind. */
function transposed({ shape, data }: Weight, order: [number, number, number, number], stretch: number): Float32Array {
  const step = (axis: number): number => shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const [a, b, c, d] = order;
  const [sizeA = 1, sizeB = 1, sizeC = 1, sizeD = 1] = order.map((axis) => shape[axis]);
  const [stepA, stepB, stepC, stepD] = [step(a), step(b), step(c), step(d)];
  const result = new Float32Array(Math.round(data.length * stretch));
  const longB = Math.round(sizeB * stretch);
  for (let i = 0; i < sizeA; i += 1)
    for (let j = 0; j < sizeB; j += 1)
      for (let k = 0; k < sizeC; k += 1)
        for (let l = 0; l < sizeD; l += 1) {
          const to = ((i * longB + j) * sizeC + k) * sizeD + l;
          result[to] = data[i * stepA + j * stepB + k * stepC + l * stepD] ?? 0;
        }
  return result;
}
