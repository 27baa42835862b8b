import type { GraphNode, Weight } from './graph-model.ts';

/** Height and width of a picture at the nominal input size, and its channels. */
export interface Size {
  height: number;
  width: number;
  /** As the ONNX graph has them: the model's, and zeros up to a whole block. */
  channels: number;
  /** As the model has them. */
  modelChannels: number;
}

/** The ONNX graph being written. */
export interface Draft {
  weight(name: string): Weight;
  isWeight(name: string): boolean;
  constant(name: string, dims: number[], data: Float32Array | BigInt64Array): string;
  emit(op: string, inputs: string[], output: string, attributes?: Record<string, number | number[]>): string;
  /** Throws if the value is not a picture. */
  sizeOf(name: string): Size;
  /** How many channels the value of a node that has `channels` gets. */
  channelsFor(node: GraphNode, channels: number): number;
}

/** Writes the ONNX for one node. Returns the size of its value, null if that is not a picture. */
export type Translate = (graph: Draft, node: GraphNode) => Size | null;

export function inputsOf(node: GraphNode): [string, string, string, string] {
  const [a = '', b = '', c = '', d = ''] = node.input;
  return [a, b, c, d];
}

export const floats = ({ data }: Weight): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data));

/** The same numbers with zeros behind. */
export function lengthened(numbers: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length);
  result.set(numbers);
  return result;
}

/** A constant with one number per channel of `size`. */
export function perChannel(graph: Draft, name: string, { channels }: Size): string {
  return graph.constant(name, [channels, 1, 1], channelNumbers(graph, name, channels));
}

/** A constant's numbers, one per channel. */
export function channelNumbers(graph: Draft, name: string, channels: number): Float32Array {
  const { shape, data } = graph.weight(name);
  if (shape.slice(0, -1).some((size) => size !== 1)) throw new Error(`${name}: not one number per channel`);
  return lengthened(floats({ shape, data }), channels);
}

/** Height and width from an attribute that lists batch, height, width and channels. */
export function spatial(node: GraphNode, attribute: string): [number, number] {
  const [, rows = 1, columns = 1] = node.attr[attribute]?.list?.i ?? [];
  return [rows, columns];
}

/** TensorFlow's paddings; SAME puts the odd pixel at the end. What is right for the nominal side is right for any multiple of 32: all strides meet even sizes. */
export function padding(
  node: GraphNode,
  size: Size,
  kernel: [number, number],
  strides: [number, number],
): { pads: number[]; height: number; width: number } {
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
  return { pads: [top, left, bottom, right], height, width };
}
