import { convolution, padChannels, prelu } from './convolution.ts';
import { floats, inputsOf, padding, perChannel, spatial, type Draft, type Translate } from './draft.ts';
import type { GraphNode } from './graph-model.ts';

/** TensorFlow's operations by name: the few that Human's face models use. */
export const operations: Record<string, Translate> = {
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
    prelu(graph, input, slope, node.name, graph.sizeOf(input));
    return graph.sizeOf(input);
  },
  MaxPool: (graph, node) => {
    const [input] = inputsOf(node);
    const kernel = spatial(node, 'ksize');
    const strides = spatial(node, 'strides');
    const from = graph.sizeOf(input);
    const { pads, height, width } = padding(node, from, kernel, strides);
    graph.emit('MaxPool', [input], node.name, { kernel_shape: kernel, strides, pads });
    return { ...from, height, width };
  },
  Pad: (graph, node) => {
    const [input, name] = inputsOf(node);
    const [n0 = 0, n1 = 0, h0 = 0, h1 = 0, w0 = 0, w1 = 0, c0 = 0, c1 = 0] = graph.weight(name).data;
    const alongPicture = [n0, n1, h0, h1, w0, w1].some((count) => count !== 0);
    if (!alongPicture) return padChannels(graph, node, input, c0, c1);
    if (c0 !== 0 || c1 !== 0) throw new Error(`${node.name}: padding channels and the picture at once is not supported`);
    const pads = BigInt64Array.from([n0, 0, h0, w0, n1, 0, h1, w1], BigInt);
    graph.emit('Pad', [input, graph.constant(name, [8], pads)], node.name);
    const from = graph.sizeOf(input);
    return { ...from, height: from.height + h0 + h1, width: from.width + w0 + w1 };
  },
  Reshape: (graph, node) => {
    const [input, name] = inputsOf(node);
    mustBeWhole(graph, node, input);
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
    mustBeWhole(graph, node, input);
    graph.emit('ReduceMean', [input], node.name, { axes: [2, 3], keepdims: 0 });
    return null;
  },
};

/** Whatever looks at channels by number must not meet added ones. */
function mustBeWhole(graph: Draft, node: GraphNode, input: string): void {
  const { channels, modelChannels } = graph.sizeOf(input);
  if (channels !== modelChannels) throw new Error(`${node.name}: ${node.op} of channels filled up to whole blocks is not supported`);
}

function elementwise(op: string): Translate {
  return (graph, node) => {
    const [left, right] = inputsOf(node);
    const size = graph.sizeOf(left);
    graph.emit(op, [left, graph.isWeight(right) ? perChannel(graph, right, size) : right], node.name);
    return size;
  };
}

function unary(op: string): Translate {
  return (graph, node) => {
    const [input] = inputsOf(node);
    graph.emit(op, [input], node.name);
    return graph.sizeOf(input);
  };
}
