/** What a prompt needs to know of a model; a `ModelFolder` is one. */
export interface Speaker {
  config: {
    /** The token that documents begin with, and the one that ends them. */
    start: number;
    eos: number;
  };
  tokenizer: {
    encode(text: string, options?: { special?: 'split' | 'parse' }): number[];
    isSpecial(id: number): boolean;
    idOf(token: string): number | undefined;
  };
}
