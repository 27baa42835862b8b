import { type InferenceSession, Tensor } from 'onnxruntime-node';

/** One thread per session: there is one inference thread per core, and inference blocks the thread that calls it. */
export const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
};

/** The numbers of a model's output. */
export function floats(value: InferenceSession.OnnxValueMapType[string] | undefined): Float32Array {
  if (value instanceof Tensor && value.data instanceof Float32Array) return value.data;
  throw new Error('the output of the model is not a tensor of 32-bit floats');
}
