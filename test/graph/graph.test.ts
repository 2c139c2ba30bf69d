import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/graph/encode.ts';
import { gradients } from '../../src/graph/gradients.ts';
import { createGraph } from '../../src/graph/graph.ts';
import { add, exp, mul, range, reshape, scatterAdd, total, transpose } from '../../src/graph/ops/index.ts';
import { runGraph } from './run-graph.ts';

describe('a graph', () => {
  it('computes its outputs under their names', async () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', ['N']);
    graph.output('double', mul(x, 2));
    graph.output('more', add(mul(x, 2), 1));
    const results = await runGraph(graph, { x: [1, 2, 3] }, { N: 3 });
    expect(results).toEqual({ double: [2, 4, 6], more: [3, 5, 7] });
  });

  it('can return one value under two names, and an input as an output', async () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', [2]);
    const y = exp(x);
    graph.output('a', y);
    graph.output('b', y);
    graph.output('same', x);
    const { a, b, same } = await runGraph(graph, { x: [0, 1] });
    expect(a).toEqual(b);
    expect(same).toEqual([0, 1]);
  });

  it('reads symbolic lengths from its inputs when a shape has several', async () => {
    const graph = createGraph();
    const flat = graph.input('flat', 'float32', ['N']);
    graph.input('ids', 'int64', ['B', 'T']);
    graph.output('turned', transpose(reshape(flat, ['B', 'T']), [1, 0]));
    const { turned } = await runGraph(
      graph,
      { flat: [1, 2, 3, 4, 5, 6], ids: new Array(6).fill(0) },
      { N: 6, B: 2, T: 3 },
    );
    expect(turned).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('names a symbolic length that it cannot determine', () => {
    const graph = createGraph();
    expect(() => range(graph, 'T')).toThrow('no input of the graph has the dimension T');
  });

  it('omits what no output needs', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', [2]);
    exp(mul(x, 7));
    graph.output('y', add(x, 1));
    const { graph: written } = fromBinary(ModelProtoSchema, encodeModel(graph));
    expect(written?.node.map((node) => node.opType)).toEqual(['Add']);
    expect(written?.initializer).toHaveLength(1);
  });

  it('stores a constant once', () => {
    const graph = createGraph();
    expect(graph.constant(0.5)).toBe(graph.constant(0.5));
    expect(graph.constant(1, 'int64')).not.toBe(graph.constant(1, 'float32'));
    expect(graph.constant([1])).not.toBe(graph.constant(1));
  });

  it('refuses two tensors with the same name', () => {
    const graph = createGraph();
    graph.input('x', 'float32', [1]);
    expect(() => graph.input('x', 'float32', [1])).toThrow('already has a tensor called x');
  });

  it('references external data without reading it', () => {
    const graph = createGraph();
    const place = { location: 'model.safetensors', offset: 123, length: 8 };
    const w = graph.external('w', 'float32', [2], place);
    expect(graph.external('w', 'float32', [2], place)).toBe(w);
    graph.output('y', add(w, 1));
    const [tensor] = fromBinary(ModelProtoSchema, encodeModel(graph)).graph?.initializer ?? [];
    expect(tensor?.externalData.map(({ key, value }) => [key, value])).toEqual([
      ['location', 'model.safetensors'],
      ['offset', '123'],
      ['length', '8'],
    ]);
  });

  it('keeps no tape unless something is watched', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', [2]);
    total(mul(x, x));
    expect(graph.tape.entries).toHaveLength(0);
    graph.tape.watch(x);
    const loss = total(mul(x, x));
    expect(graph.tape.entries).toHaveLength(2);
    gradients(loss, [x]);
    expect(graph.tape.entries).toHaveLength(2);
  });

  it('adds up repeated rows', async () => {
    const graph = createGraph();
    const table = graph.input('table', 'float32', [3, 2]);
    const rows = graph.input('rows', 'float32', [3, 2]);
    graph.output('y', scatterAdd(table, graph.constant([1, 1, 0], 'int64'), rows));
    const { y } = await runGraph(graph, { table: [0, 0, 0, 0, 9, 9], rows: [1, 2, 3, 4, 5, 6] });
    expect(y).toEqual([5, 6, 4, 6, 9, 9]);
  });
});
