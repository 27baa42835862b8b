import { toOnnx, type Recipe } from '@watchpost/see/translate/to-onnx';
import type { GraphModel, GraphNode } from '@watchpost/see/translate/graph-model';
import { expect, it } from 'vitest';

const recipe: Recipe = {
  name: 'toy',
  side: 32,
  freeSize: true,
  wholeBlocks: false,
  preprocessing: { order: 'rgb', mean: [0, 0, 0], scale: 1 },
  outputs: { out: 'result' },
};

function model(...nodes: Partial<GraphNode>[]): GraphModel {
  const whole = nodes.map((node): GraphNode => ({ name: '', op: '', input: [], attr: {}, ...node }));
  return {
    nodes: [{ name: 'in', op: 'Placeholder', input: [], attr: {} }, ...whole],
    weights: new Map([['k', { shape: [1, 1, 3, 2], data: new Float32Array(6) }]]),
  };
}

it('names an unsupported operation and its node', () => {
  expect(() => toOnnx(model({ name: 'out', op: 'Einsum', input: ['in'] }), recipe, 8)).toThrow('unsupported operation Einsum (node out)');
});

it('names a missing output and a missing constant', () => {
  expect(() => toOnnx(model(), recipe, 8)).toThrow('no node out');
  expect(() => toOnnx(model({ name: 'out', op: 'Conv2D', input: ['in', 'other'] }), recipe, 8)).toThrow('no constant named other');
});

it('rejects unsupported attributes of an operation', () => {
  const fused = { fused_ops: { list: { s: ['BiasAdd', 'Elu'].map((text) => Buffer.from(text).toString('base64')) } } };
  const padding = { padding: { s: Buffer.from('SAME').toString('base64') } };
  const weights = new Map([
    ['k', { shape: [1, 1, 3, 2], data: new Float32Array(6) }],
    ['b', { shape: [2], data: new Float32Array(2) }],
  ]);
  const graph = { ...model({ name: 'out', op: '_FusedConv2D', input: ['in', 'k', 'b'], attr: { ...fused, ...padding } }), weights };
  expect(() => toOnnx(graph, recipe, 8)).toThrow('fused Elu is not supported');
});

it('leaves out nodes that the outputs do not depend on', () => {
  const used = toOnnx(model({ name: 'out', op: 'Relu', input: ['in'] }), recipe, 8);
  const more = toOnnx(model({ name: 'out', op: 'Relu', input: ['in'] }, { name: 'unused', op: 'Einsum', input: ['in'] }), recipe, 8);
  expect(more).toEqual(used);
});
