/** Small dense matrices, row after row in one Float64Array: what normal equations need. */

/** Cholesky factor of a symmetric positive definite n × n matrix, in place in the lower triangle; false if it isn't one. */
export function cholesky(m: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let s = m[j * n + j];
    for (let k = 0; k < j; k++) s -= m[j * n + k] * m[j * n + k];
    if (!(s > 0)) return false;
    s = Math.sqrt(s);
    m[j * n + j] = s;
    for (let i = j + 1; i < n; i++) {
      let t = m[i * n + j];
      for (let k = 0; k < j; k++) t -= m[i * n + k] * m[j * n + k];
      m[i * n + j] = t / s;
    }
  }
  return true;
}

/** Solves L·Lᵀ·x = b for a factor of `cholesky`, in place in b. */
export function solveFactored(l: Float64Array, b: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let t = b[i];
    for (let k = 0; k < i; k++) t -= l[i * n + k] * b[k];
    b[i] = t / l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    let t = b[i];
    for (let k = i + 1; k < n; k++) t -= l[k * n + i] * b[k];
    b[i] = t / l[i * n + i];
  }
}

/** The inverse of L·Lᵀ for a factor of `cholesky`, as a new full matrix. */
export function invertFactored(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const e = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    e.fill(0);
    e[j] = 1;
    solveFactored(l, e, n);
    for (let i = 0; i < n; i++) inverse[i * n + j] = e[i];
  }
  return inverse;
}
