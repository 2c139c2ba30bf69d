/** The operations that graphs are built from, each with its gradient. */
export * from './activation.ts';
export * from './broadcast.ts';
export * from './dropout.ts';
export * from './elementwise.ts';
export * from './embedding.ts';
export * from './layout.ts';
export * from './loss.ts';
export * from './matrix.ts';
export * from './normalize.ts';
export * from './reduce.ts';
export * from './rotary.ts';
