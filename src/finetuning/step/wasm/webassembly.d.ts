/** The part of the WebAssembly API that we use; @types/node leaves it to the DOM library. */
declare namespace WebAssembly {
  class Memory {
    constructor(pages: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    private constructor();
  }
  class Instance {
    private constructor();
    readonly exports: Readonly<Record<string, unknown>>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, Record<string, unknown>>): Promise<Instance>;
}
