/**
 * Progress at a pace that people and notebooks can follow: the first call goes through at once, of those that come in quick
 * succession only the latest, and the last of all always.
 */
export interface Throttled<T> {
  call(value: T): void;
  /** Passes on what still waits. */
  end(): void;
}

/**
 * @param pause milliseconds between two calls of `to`, at least
 * @returns `call` and `end` throw what `to` has thrown
 */
export function throttle<T>(to: (value: T) => void, pause: number): Throttled<T> {
  let last = Number.NEGATIVE_INFINITY;
  let waiting: { readonly value: T } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const pass = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!waiting) return;
    const { value } = waiting;
    waiting = undefined;
    last = performance.now();
    to(value);
  };
  const late = () => {
    try {
      pass();
    } catch (error) {
      failure = { error }; // from a timer it would end the process
    }
  };
  const complain = () => {
    if (failure) throw failure.error;
  };
  return {
    call(value) {
      complain();
      waiting = { value };
      const left = last + pause - performance.now();
      if (left <= 0) pass();
      else timer ??= setTimeout(late, left);
    },
    end() {
      complain();
      pass();
    },
  };
}
