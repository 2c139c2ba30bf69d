import { SLOT } from '../graph/stacked-lora.ts';
import { loraName, loraShapes } from '../graph/trained-adapter.ts';
import { Tensor } from '../lib/onnxruntime.ts';
import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import { linearNames } from '../models/weight-layout.ts';
import { type Adapter, openAdapter } from './adapter.ts';
import { createFeeds } from './feeds.ts';

/** The adapters of one model's rows, by folder, and their inputs for the decode graph. */
export interface AdapterStack {
  /** Reads an adapter unless it is in memory, and holds it until `drop`. Throws as `openAdapter` does. */
  hold(folder: string): Promise<void>;
  /** Releases one hold. */
  drop(folder: string): void;
  /** The inputs of `adaptedProjection` for rows with these adapters (which must be held), with `count` tokens each. */
  feeds(adapters: readonly (string | undefined)[], count: number): Record<string, Tensor>;
  /** Number of adapters in memory. */
  readonly folders: string[];
  /** The kinds of layers it provides matrices for: all those that any adapter so far has changed. */
  readonly targets: readonly string[];
}

interface Held {
  reading: Promise<Adapter>;
  adapter?: Adapter;
  holders: number;
}

/** How many unused adapters stay in memory, most recently used ones first. */
const SPARE = 4;

export function createAdapterStack(config: ModelConfig): AdapterStack {
  const known = linearNames(layoutOf(config));
  const held = new Map<string, Held>(); // least recently used first
  const feeds = createFeeds();
  let stacked: string[] | undefined; // folders in the order of their slots
  let matrices: Record<string, Tensor> = {};
  let targets: readonly string[] = [];

  const removeSpare = (): void => {
    const idle = [...held].filter(([, { holders }]) => holders === 0);
    for (const [folder] of idle.slice(0, Math.max(0, idle.length - SPARE))) held.delete(folder);
  };

  const adapterOf = (folder: string): Adapter => {
    const adapter = held.get(folder)?.adapter;
    if (!adapter) throw new Error(`the adapter ${folder} is not held`);
    return adapter;
  };

  /** Rebuilds the stack from the adapters that are held: an unused one would only cost time. */
  const stack = (): string[] => {
    const inUse = [...held]
      .filter(([, { holders, adapter }]) => holders > 0 && adapter)
      .map(([folder]) => folder);
    inUse.sort((one, other) => adapterOf(other).slots - adapterOf(one).slots);
    const adapters = inUse.map(adapterOf);
    const slots = Math.max(
      1,
      adapters.reduce((sum, adapter) => sum + adapter.slots, 0),
    );
    matrices = {};
    for (const [name, [inputs = 0, outputs = 0]] of stackShapes(config, targets)) {
      const [a, b] = [new Float32Array(slots * inputs * SLOT), new Float32Array(slots * SLOT * outputs)];
      let slot = 0;
      for (const adapter of adapters) {
        const own = adapter.layers.get(name);
        if (own) a.set(own.a, slot * inputs * SLOT);
        if (own) b.set(own.b, slot * SLOT * outputs);
        slot += adapter.slots;
      }
      matrices[loraName(name, 'A')] = new Tensor('float32', a, [slots, inputs, SLOT]);
      matrices[loraName(name, 'B')] = new Tensor('float32', b, [slots * SLOT, outputs]);
    }
    const owners = feeds.int64('slot_adapters', slots).fill(-1n);
    let slot = 0;
    for (const [i, adapter] of adapters.entries()) {
      owners.fill(BigInt(i + 1), slot, slot + adapter.slots);
      slot += adapter.slots;
    }
    return inUse;
  };

  return {
    async hold(folder) {
      const it = held.get(folder) ?? { reading: openAdapter(folder, config), holders: 0 };
      it.holders += 1;
      held.delete(folder);
      held.set(folder, it);
      try {
        const adapter = await it.reading;
        it.adapter = adapter;
        if (adapter.targets.every((target) => targets.includes(target))) return;
        targets = known.filter((target) => targets.includes(target) || adapter.targets.includes(target));
        stacked = undefined;
      } catch (error) {
        if (held.get(folder) === it) held.delete(folder);
        throw error;
      }
    },

    drop(folder) {
      const it = held.get(folder);
      if (!it) return;
      it.holders -= 1;
      if (it.holders === 0) stacked = undefined;
      removeSpare();
    },

    feeds(adapters, count) {
      if (!stacked || adapters.some((folder) => folder !== undefined && !stacked?.includes(folder))) stacked = stack(); // biome-ignore format: one condition
      const tokens = feeds.int64('adapters', adapters.length * count);
      for (const [row, folder] of adapters.entries()) {
        const number = folder === undefined ? 0 : stacked.indexOf(folder) + 1;
        tokens.fill(BigInt(number), row * count, (row + 1) * count);
      }
      return feeds.all(matrices);
    },

    get folders() {
      return [...held.keys()];
    },
    get targets() {
      return targets;
    },
  };
}

/** Inputs and outputs of every layer of these kinds, by name. */
function stackShapes(config: ModelConfig, targets: readonly string[]): [string, [number, number]][] {
  const shapes = loraShapes(config, { rank: SLOT, targets });
  const layers = [...shapes.keys()].filter((name) => name.endsWith('.lora_A'));
  return layers.map((a) => {
    const name = a.replace(/\.lora_A$/, '');
    return [name, [shapes.get(a)?.[0] ?? 0, shapes.get(loraName(name, 'B'))?.[1] ?? 0]];
  });
}
