import protobuf from 'protobufjs';

/** The part of ONNX that the translator writes; field numbers from onnx.proto (IR version 8). */
const schema = `
syntax = "proto3";
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
}
message AttributeProto {
  string name = 1;
  int64 i = 3;
  repeated int64 ints = 8;
  int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  string name = 8;
  bytes raw_data = 9;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  Tensor tensor_type = 1;
}
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1;
}`;

const modelProto = protobuf.parse(schema, { keepCase: true }).root.lookupType('ModelProto');

const dataTypes = { float: 1, uint8: 2, int64: 7 } as const;
const attributeTypes = { int: 2, ints: 7 } as const;

/** A number is a fixed dimension, a string names a free one. */
export type Dimension = number | string;

export interface OnnxTensor {
  name: string;
  dims: number[];
  data: Float32Array | BigInt64Array;
}

export interface OnnxNode {
  op: string;
  inputs: string[];
  output: string;
  attributes?: Record<string, number | number[]>;
}

export interface OnnxGraph {
  name: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  input: { name: string; type: 'uint8' | 'float'; shape: Dimension[] };
  outputs: string[];
}

/** Encodes a graph as an ONNX file, operator set 17. Outputs are float tensors; their shapes are left to ONNX Runtime's shape inference. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const encoded = modelProto
    .encode({
      ir_version: 8,
      producer_name: 'watchpost',
      opset_import: [{ domain: '', version: 17 }],
      graph: {
        name: graph.name,
        node: graph.nodes.map(({ op, inputs, output, attributes = {} }) => ({
          op_type: op,
          name: output,
          input: inputs,
          output: [output],
          attribute: Object.entries(attributes).map(([name, value]) =>
            typeof value === 'number' ? { name, i: value, type: attributeTypes.int } : { name, ints: value, type: attributeTypes.ints },
          ),
        })),
        initializer: graph.initializers.map(({ name, dims, data }) => ({
          name,
          dims,
          data_type: data instanceof Float32Array ? dataTypes.float : dataTypes.int64,
          raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        })),
        input: [
          {
            name: graph.input.name,
            type: {
              tensor_type: {
                elem_type: dataTypes[graph.input.type],
                shape: { dim: graph.input.shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size })) },
              },
            },
          },
        ],
        output: graph.outputs.map((name) => ({ name, type: { tensor_type: { elem_type: dataTypes.float } } })),
      },
    })
    .finish();
  return Uint8Array.from(encoded);
}
