/** A symmetric matrix [size, size], row by row; only the lower triangle is read unless said otherwise. */
export interface Square {
  size: number;
  values: Float64Array;
}

export const square = (size: number): Square => ({ size, values: new Float64Array(size * size) });

/** The product of two vectors of one length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/**
 * The Cholesky factor L of a positive definite matrix, L·Lᵀ = A, in A's place; its upper triangle is meaningless. Throws
 * `RangeError` if the matrix is not positive definite.
 */
export function cholesky(a: Square): Square {
  const { size, values } = a;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = values[i * size + j] ?? 0;
      for (let k = 0, p = i * size, q = j * size; k < j; k++)
        sum -= (values[p + k] ?? 0) * (values[q + k] ?? 0);
      if (i > j) values[i * size + j] = sum / (values[j * size + j] ?? 0);
      else if (sum > 0) values[i * size + i] = Math.sqrt(sum);
      else throw new RangeError('The matrix is not positive definite.');
    }
  return a;
}

/** Solves L·x = b, in b's place. */
export function forward({ size, values }: Square, b: Float64Array): Float64Array {
  for (let i = 0; i < size; i++) {
    let sum = b[i] ?? 0;
    for (let k = 0, p = i * size; k < i; k++) sum -= (values[p + k] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (values[i * size + i] ?? 0);
  }
  return b;
}

/** The inverse of a positive definite matrix, both triangles filled; the matrix is overwritten. */
export function inverse(a: Square): Square {
  const { size } = a;
  const factor = cholesky(a);
  // Row j of `columns` is column j of L⁻¹, whose first j numbers are zero.
  const columns = square(size);
  for (let j = 0; j < size; j++) {
    const column = columns.values.subarray(j * size, (j + 1) * size);
    for (let i = j; i < size; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j, p = i * size; k < i; k++) sum -= (factor.values[p + k] ?? 0) * (column[k] ?? 0);
      column[i] = sum / (factor.values[i * size + i] ?? 0);
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i, p = i * size, q = j * size; k < size; k++)
        sum += (columns.values[p + k] ?? 0) * (columns.values[q + k] ?? 0);
      a.values[i * size + j] = sum;
      a.values[j * size + i] = sum;
    }
  return a;
}

/** The product of a matrix whose both triangles are filled and a vector. */
export function times({ size, values }: Square, x: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => dot(values.subarray(i * size, (i + 1) * size), x));
}
