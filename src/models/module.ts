/** A module of the model as PyTorch lists it in `print(model)`, with its own parameters. */
export interface Module {
  name: string;
  /** The text after the name: `LayerNorm((768,), eps=1e-05, elementwise_affine=True)`. */
  label: string;
  /** Parameters of this module alone, not counting its children. */
  parameters: number;
  children: Module[];
}

/** Dropout rates, used only in training; transformers' default is 0.1 for each. */
export interface DropoutRates {
  embedding: number;
  residual: number;
  attention: number;
}

/** A module without children. */
export const leaf = (name: string, label: string, parameters = 0): Module => ({
  name,
  label,
  parameters,
  children: [],
});

/** A module with children. */
export const group = (name: string, label: string, children: Module[]): Module => ({
  name,
  label,
  parameters: 0,
  children,
});

/** PyTorch's Linear. */
export const linearModule = (name: string, inputs: number, outputs: number, bias: boolean): Module =>
  leaf(
    name,
    `Linear(in_features=${inputs}, out_features=${outputs}, bias=${bias ? 'True' : 'False'})`,
    (inputs + (bias ? 1 : 0)) * outputs,
  );

/** The output head. The matrix of a tied head is the token embedding's, and is counted there. */
export const headModule = (width: number, vocabulary: number, tied: boolean): Module => ({
  ...linearModule('lm_head', width, vocabulary, false),
  ...(tied && { parameters: 0 }),
});

/** Parameters of a module and all its descendants. */
export const countParameters = ({ parameters, children }: Module): number =>
  children.reduce((sum, child) => sum + countParameters(child), parameters);

/** A number formatted as Python prints a float: `1e-05` where JavaScript prints `0.00001`. */
export function pythonFloat(value: number): string {
  if (Number.isInteger(value)) return value.toFixed(1);
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
