/**
 * Traps for what a strategy may not touch: clocks, randomness, the network, files, timers.
 *
 * Knows the names of the platform's impure functions, and no strategy. Invariant: outside of {@linkcode Traps.watch} everything works as
 * ever; inside, each touch is written down and refused.
 *
 * @module
 */

/** Refused inside a watch. */
export class ImpureError extends Error {
  override name = "ImpureError";
}

type Callable = (...args: unknown[]) => unknown;

/** Functions whose every call is impure, by the object that has them. */
const IMPURE: readonly [object: object, owner: string, names: readonly string[]][] = [
  [Math, "Math", ["random"]],
  [performance, "performance", ["now", "mark", "measure"]],
  [crypto, "crypto", ["getRandomValues", "randomUUID"]],
  [globalThis, "", ["fetch", "setTimeout", "setInterval", "queueMicrotask", "prompt", "alert"]],
];

/** Traps that are set; as long as nobody is watched they do nothing. */
export class Traps implements Disposable {
  readonly #restore: (() => void)[] = [];
  readonly #touched = new Set<string>();
  #watching = false;

  constructor() {
    for (const [object, owner, names] of IMPURE) {
      for (const name of names) this.#wrap(object, name, owner === "" ? name : `${owner}.${name}`);
    }
    this.#wrapDate();
    this.#wrapDeno();
  }

  /**
   * Runs something with the traps armed.
   *
   * @returns what it gave or threw, and what it touched, even when it kept silent about being refused
   */
  watch<T>(run: () => T): { value?: T; error?: unknown; touched: string[] } {
    this.#touched.clear();
    this.#watching = true;
    try {
      return { value: run(), touched: [...this.#touched] };
    } catch (error) {
      return { error, touched: [...this.#touched] };
    } finally {
      this.#watching = false;
    }
  }

  /** The same while something is loaded, which nothing else runs beside. @throws what loading throws, unless a trap did */
  async watchLoading<T>(load: () => Promise<T>): Promise<{ value: T; touched: string[] }> {
    this.#touched.clear();
    this.#watching = true;
    try {
      const value = await load();
      return { value, touched: [...this.#touched] };
    } finally {
      this.#watching = false;
    }
  }

  /** Takes the traps away; references that were taken meanwhile work as the originals do. */
  [Symbol.dispose](): void {
    for (const restore of this.#restore.splice(0).reverse()) restore();
  }

  #spring(name: string): void {
    if (!this.#watching) return;
    this.#touched.add(name);
    throw new ImpureError(`a strategy may not use ${name}`);
  }

  #wrap(object: object, name: string, label: string): void {
    const original = Reflect.get(object, name) as Callable | undefined;
    if (typeof original !== "function") return;
    const spring = (): void => this.#spring(label);
    this.#replace(object, name, function (this: unknown, ...args: unknown[]): unknown {
      spring();
      return Reflect.apply(original, this === undefined ? object : this, args);
    });
  }

  #wrapDate(): void {
    const spring = (): void => this.#spring("Date");
    const { now } = Date;
    const guarded = new Proxy(Date, {
      apply: (target, self, args): unknown => (spring(), Reflect.apply(target, self, args)),
      construct: (target, args): object => {
        if (args.length === 0) spring();
        return Reflect.construct(target, args);
      },
      get: (target, name): unknown =>
        name === "now" ? (): number => (spring(), now()) : Reflect.get(target, name),
    });
    this.#replace(globalThis, "Date", guarded);
  }

  #wrapDeno(): void {
    const spring = (name: string): void => this.#spring(`Deno.${name}`);
    const guarded = new Proxy(Deno, {
      get: (target, name): unknown => {
        spring(String(name));
        return Reflect.get(target, name);
      },
    });
    this.#replace(globalThis, "Deno", guarded);
  }

  #replace(object: object, name: string, value: unknown): void {
    const own = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
    this.#restore.push(() => {
      if (own === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, own);
    });
  }
}
