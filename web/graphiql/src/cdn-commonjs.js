/** The exports of the CommonJS files, by URL. */
export const exported = {};

// The value of `exports` once they have run: some of their functions use `exports.name` when called.
const all = {};

/**
 * Runs a CommonJS file from the CDN as a module, which keeps its names private, and stores its exports. Only one file runs
 * at a time, because the three names that it expects are global meanwhile.
 */
export async function run(address, requires) {
  for (const needed of Object.values(requires)) exported[needed] ??= await import(needed);
  const module = { exports: {} };
  Object.assign(globalThis, { module, exports: module.exports, require: (name) => exported[requires[name]] });
  await import(address);
  exported[address] = module.exports;
  Object.assign(all, module.exports);
  globalThis.exports = all;
  delete globalThis.module;
  delete globalThis.require;
}
