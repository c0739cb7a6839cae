// LuCI's additions to the language, for tests in Node: texts untranslated, printf with %s and %d.

const shim = globalThis as unknown as { _: (text: string) => string };
shim._ = (text) => text;

String.prototype.format = function (this: string, ...values: readonly (string | number)[]): string {
  const left = [...values];
  return this.replace(/%[sd]/g, () => `${left.shift()}`);
};
