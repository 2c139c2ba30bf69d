import { encodeModel } from '../graph/encode.ts';
import type { Graph } from '../graph/value.ts';
import { InferenceSession, Tensor } from '../lib/onnxruntime.ts';

/**
 * Buffers in a device's memory. onnxruntime-node has no way to make or fill one but to run a graph, and no way to read
 * one (`getData` aborts the process) but to let a run return it to the host.
 */
export interface DeviceMemory {
  /** Buffers that exist now. Each must be freed. */
  readonly buffers: number;
  /** A session of a graph without weights, or of an encoded one. `outputs`: whether `make` or `write` runs it. */
  session(graph: Graph | Uint8Array, outputs: 'new' | 'given'): Promise<InferenceSession>;
  /** Runs a session, whose outputs become new buffers, in the order of its outputs. */
  make(session: InferenceSession, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[]>;
  /**
   * Runs a session that writes these outputs into buffers, which may be among the inputs, and returns `others` to the
   * host.
   */
  write(
    session: InferenceSession,
    feeds: Readonly<Record<string, Tensor>>,
    buffers: Readonly<Record<string, Tensor>>,
    others?: readonly string[],
  ): Promise<Record<string, Tensor>>;
  /** The same buffer with other dimensions, which may need less of it. */
  view(buffer: Tensor, dimensions: readonly number[]): Tensor;
  free(buffer: Tensor): void;
  /** Releases the sessions made here. */
  release(): Promise<void>;
}

export function createDeviceMemory(): DeviceMemory {
  const sessions: InferenceSession[] = [];
  let buffers = 0;
  let released = false;
  return {
    get buffers() {
      return buffers;
    },

    async session(graph, outputs) {
      const session = await InferenceSession.create(
        graph instanceof Uint8Array ? graph : encodeModel(graph),
        {
          executionProviders: ['webgpu', 'cpu'],
          logSeverityLevel: 3,
          // Where this is set, outputs are always new buffers, whatever a run gives them.
          ...(outputs === 'new' && { preferredOutputLocation: 'gpu-buffer' as const }),
        },
      );
      sessions.push(session);
      return session;
    },

    async make(session, feeds) {
      const made = await session.run(feeds);
      buffers += session.outputNames.length;
      return session.outputNames.flatMap((name) => made[name] ?? []);
    },

    async write(session, feeds, targets, others = []) {
      const wanted = Object.fromEntries(others.map((name) => [name, null]));
      const results = await session.run(feeds, { ...targets, ...wanted });
      for (const name of Object.keys(targets)) results[name]?.dispose(); // another handle of the same buffer
      return results;
    },

    view(buffer, dimensions) {
      const { gpuBuffer, type } = buffer;
      // Every type that is in use here can be on a device.
      const dataType = type as Tensor.GpuBufferDataTypes;
      return Tensor.fromGpuBuffer(gpuBuffer, { dataType, dims: dimensions });
    },

    free(buffer) {
      buffers--;
      if (!released) buffer.dispose(); // afterwards, its allocator is gone
    },

    async release() {
      released = true;
      for (const session of sessions.splice(0)) await session.release();
    },
  };
}
