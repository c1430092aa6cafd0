/** What the CommonJS files have exported, by address. */
export const exported = {};

// What `exports` is once they have run: a few functions in them say `exports.name` when they are called.
const all = {};

/**
 * Runs a CommonJS file from the CDN as a module, so that its names stay its own, and keeps what it exports. One at a time:
 * the three names that such a file expects are global meanwhile.
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
