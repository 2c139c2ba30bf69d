import { broadcastShapes, type Operand, type Value } from '../value.ts';
import { sumTo } from './broadcast.ts';
import { apply, operands } from './op.ts';

type BinaryRule = (g: Value, a: Value, b: Value, y: Value) => [Value, Value];
type UnaryRule = (g: Value, x: Value, y: Value) => Value;
type UnaryOperation = (x: Value) => Value;

/** An operation on two broadcast operands; the gradient sums over the broadcast axes. */
const binary =
  (type: string, rule: BinaryRule) =>
  (left: Operand, right: Operand): Value => {
    const [a, b] = operands(left, right);
    return apply(type, [a, b], {
      dtype: a.dtype,
      shape: broadcastShapes(a.shape, b.shape),
      backward: (g, y) => {
        const [da, db] = rule(g, a, b, y);
        return [sumTo(da, a.shape), sumTo(db, b.shape)];
      },
    });
  };

const unary =
  (type: string, rule: UnaryRule) =>
  (x: Value): Value =>
    apply(type, [x], { shape: x.shape, backward: (g, y) => [rule(g, x, y)] });

/** Elementwise sum. `∂(a+b) = ∂a + ∂b`. */
export const add = binary('Add', (g) => [g, g]);

/** Elementwise difference. `∂(a−b) = ∂a − ∂b`. */
export const sub = binary('Sub', (g) => [g, neg(g)]);

/** Elementwise product. `∂(a·b) = b·∂a + a·∂b`. */
export const mul = binary('Mul', (g, a, b) => [mul(g, b), mul(g, a)]);

/** Elementwise quotient. `∂(a/b) = ∂a/b − (a/b)·∂b/b`. */
export const div = binary('Div', (g, _a, b, y) => [div(g, b), neg(div(mul(g, y), b))]);

/** `−x`. */
export const neg = unary('Neg', (g) => neg(g));

/** `eˣ`, its own derivative. */
export const exp = unary('Exp', (g, _x, y) => mul(g, y));

/** Natural logarithm. `∂ln x = ∂x / x`. */
export const log = unary('Log', (g, x) => div(g, x));

/** Square root. `∂√x = ∂x / (2·√x)`. */
export const sqrt = unary('Sqrt', (g, _x, y) => div(mul(g, 0.5), y));

/** Cosine and sine, of angles in radians. */
export const cos: UnaryOperation = unary('Cos', (g, x) => neg(mul(g, sin(x))));
export const sin: UnaryOperation = unary('Sin', (g, x) => mul(g, cos(x)));

/** Logistic function σ. `σ′ = σ·(1 − σ)`. */
export const sigmoid = unary('Sigmoid', (g, _x, y) => mul(g, mul(y, sub(1, y))));

/** Hyperbolic tangent. `tanh′ = 1 − tanh²`. */
export const tanh = unary('Tanh', (g, _x, y) => mul(g, sub(1, mul(y, y))));

/** Gauss error function. `erf′(x) = 2/√π · e^(−x²)`. */
export const erf = unary('Erf', (g, x) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))));

/** `max(x, 0)`; the gradient flows where the output is positive. */
export const relu = unary('Relu', (g, _x, y) => where(greater(y, 0), g, 0));

/** `condition ? a : b`, elementwise and broadcast; each side's gradient is masked. */
export function where(condition: Value, left: Operand, right: Operand): Value {
  const [a, b] = operands(left, right);
  return apply('Where', [condition, a, b], {
    dtype: a.dtype,
    shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape)),
    backward: (g) => [
      undefined,
      sumTo(where(condition, g, 0), a.shape),
      sumTo(where(condition, 0, g), b.shape),
    ],
  });
}

const comparison =
  (type: string) =>
  (left: Operand, right: Operand): Value => {
    const [a, b] = operands(left, right);
    return apply(type, [a, b], { dtype: 'bool', shape: broadcastShapes(a.shape, b.shape) });
  };

export const equal = comparison('Equal');
export const greater = comparison('Greater');
export const greaterOrEqual = comparison('GreaterOrEqual');
export const less = comparison('Less');
export const lessOrEqual = comparison('LessOrEqual');
export const and = comparison('And');
export const or = comparison('Or');
