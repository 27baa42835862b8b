import type { Weight } from './graph-model.ts';
import { dlibSide, inputName } from './inputs.ts';
import { encodeOnnx, type OnnxNode, type OnnxTensor } from './onnx-file.ts';

/** Bytes to input values: (byte - mean[channel]) * scale, RGB. */
const mean = [122.782, 117.001, 104.298];
const scale = 1 / 255;

/** The network's residual blocks in order. `down`: halves the picture. `size`: the side of what a block yields, pixels. */
const blocks = [
  { name: 'conv32_1', channels: 32, down: false, size: 35 },
  { name: 'conv32_2', channels: 32, down: false, size: 35 },
  { name: 'conv32_3', channels: 32, down: false, size: 35 },
  { name: 'conv64_down', channels: 64, down: true, size: 17 },
  { name: 'conv64_1', channels: 64, down: false, size: 17 },
  { name: 'conv64_2', channels: 64, down: false, size: 17 },
  { name: 'conv64_3', channels: 64, down: false, size: 17 },
  { name: 'conv128_down', channels: 128, down: true, size: 8 },
  { name: 'conv128_1', channels: 128, down: false, size: 8 },
  { name: 'conv128_2', channels: 128, down: false, size: 8 },
  { name: 'conv256_down', channels: 256, down: true, size: 4 },
  { name: 'conv256_1', channels: 256, down: false, size: 4 },
  { name: 'conv256_2', channels: 256, down: false, size: 4 },
  { name: 'conv256_down_out', channels: 256, down: true, size: 2 },
] as const;

/**
 * dlib's face recognition ResNet (Davis King, dlib's dnn_face_recognition_ex.cpp) as an ONNX file, from the weights that come with
 * face-api, by their names there. Input: picture bytes, [pictures, 150, 150, 3], RGB; output `embedding`: [pictures, 128], not of unit length.
 * Each scaling layer is folded into the convolution before it. Throws an Error that names a missing weight.
 */
export function dlibResnet(weights: ReadonlyMap<string, Weight>): Uint8Array<ArrayBuffer> {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const emit = (op: string, inputs: string[], output: string, attributes: Record<string, number | number[]> = {}): string => {
    nodes.push({ op, inputs, output, attributes });
    return output;
  };
  const constant = (name: string, dims: number[], data: Float32Array | BigInt64Array): string => {
    initializers.push({ name, dims, data });
    return name;
  };
  const weight = (name: string): Weight => {
    const found = weights.get(name);
    if (!found) throw new Error(`face_recognition: no weights named ${name}`);
    return found;
  };

  const convolution = (input: string, name: string, stride: number, pad: number, relu: boolean): string => {
    const { kernel, dims, bias } = folded(weight, name);
    const inputs = [input, constant(`${name}/kernel`, dims, kernel), constant(`${name}/bias`, [bias.length], bias)];
    const [, , rows = 0, columns = 0] = dims;
    const attributes = { kernel_shape: [rows, columns], strides: [stride, stride], pads: [pad, pad, pad, pad], group: 1 };
    const output = emit('Conv', inputs, `${name}/linear`, attributes);
    return relu ? emit('Relu', [output], name) : output;
  };

  /** Means of two by two pixels with zeros as further channels, as one convolution: so the layout stays as it is. */
  const shrunk = (input: string, name: string, from: number, to: number): string => {
    const kernel = new Float32Array(to * from * 4);
    for (let channel = 0; channel < from; channel += 1)
      kernel.fill(0.25, (channel * from + channel) * 4, (channel * from + channel + 1) * 4);
    const attributes = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], group: 1 };
    return emit('Conv', [input, constant(`${name}/means`, [to, from, 2, 2], kernel)], `${name}/shrunk`, attributes);
  };

  emit('Cast', [inputName], 'input/float', { to: 1 });
  emit('Transpose', ['input/float'], 'input/transposed', { perm: [0, 3, 1, 2] });
  emit('Sub', ['input/transposed', constant('input/mean', [1, 3, 1, 1], Float32Array.from(mean))], 'input/centred');
  emit('Mul', ['input/centred', constant('input/scale', [], Float32Array.of(scale))], 'input');
  const entry = convolution('input', 'conv32_down', 2, 0, true);
  let value = emit('MaxPool', [entry], 'pooled', { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] });
  let [side, channels] = [35, 32];
  for (const block of blocks) {
    const { name, down, size } = block;
    const first = convolution(value, `${name}/conv1`, down ? 2 : 1, down ? 0 : 1, true);
    let second = convolution(first, `${name}/conv2`, 1, 1, false);
    const ownSide = down ? Math.floor((side - 3) / 2) + 1 : side;
    if (ownSide < size) {
      // dlib pads the smaller of the two with zeros, below and to the right.
      const missing = BigInt(size - ownSide);
      const pads = constant(`${name}/pads`, [8], BigInt64Array.of(0n, 0n, 0n, 0n, 0n, 0n, missing, missing));
      second = emit('Pad', [second, pads], `${name}/padded`);
    }
    const beside = down ? shrunk(value, name, channels, block.channels) : value;
    value = emit('Relu', [emit('Add', [second, beside], `${name}/sum`)], name);
    [side, channels] = [size, block.channels];
  }
  emit('ReduceMean', [value], 'mean', { axes: [2, 3], keepdims: 0 });
  const { shape, data } = weight('fc');
  emit('MatMul', ['mean', constant('fc', shape, Float32Array.from(data))], 'embedding');
  return encodeOnnx({
    name: 'face_recognition',
    nodes,
    initializers,
    input: { name: inputName, type: 'uint8', shape: ['pictures', dlibSide, dlibSide, 3] },
    outputs: ['embedding'],
  });
}

/** A convolution's kernel (channels out and in first) and bias with the scaling layer after it multiplied in. */
function folded(weight: (name: string) => Weight, name: string): { kernel: Float32Array; dims: number[]; bias: Float32Array } {
  const { shape, data } = weight(`${name}/conv/filters`);
  const [rows = 1, columns = 1, channelsIn = 1, channelsOut = 1] = shape;
  const factors = weight(`${name}/scale/weights`).data;
  const offsets = weight(`${name}/scale/biases`).data;
  const kernel = new Float32Array(data.length);
  const area = rows * columns;
  data.forEach((value, index) => {
    const to = index % channelsOut;
    const from = Math.floor(index / channelsOut) % channelsIn;
    const place = Math.floor(index / (channelsOut * channelsIn));
    kernel[(to * channelsIn + from) * area + place] = value * (factors[to] ?? 0);
  });
  const bias = Float32Array.from(weight(`${name}/conv/bias`).data, (value, to) => value * (factors[to] ?? 0) + (offsets[to] ?? 0));
  return { kernel, dims: [channelsOut, channelsIn, rows, columns], bias };
}
