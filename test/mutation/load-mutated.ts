/**
 * How does a whole program run with one line of one module changed, beside the program as it is? Every module of ours
 * is loaded once more for each fault, under an address of its own, the changed one from its mutated copy; so are the
 * test files that ask it.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const stripped = new Map<string, string>();
const copies = new Map<string, { readonly file: string; readonly code: string }>();

/** @returns a module of ours as JavaScript, every offset as in the file. */
export function codeOf(file: string): string {
  const known = stripped.get(file);
  if (known !== undefined) return known;
  const code = stripTypeScriptTypes(readFileSync(new URL(file, root), 'utf8'));
  stripped.set(file, code);
  return code;
}

/** Takes the place of vitest in a test file that is loaded beside a fault. */
const collecting = new URL('./vitest-collected.ts', import.meta.url).href;
/** Half of the runs that the properties get in the ordinary run: each fault is asked about once more. */
const fewRuns = 'export const runs = (normally) => Math.ceil(normally / 2);';

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const number = /[?&]fault=(\w+)/.exec(context.parentURL ?? '')?.[1];
    if (number === undefined) return resolved;
    if (specifier === 'vitest') return { ...resolved, url: collecting };
    if (!/^(src|test)\//.test(resolved.url.slice(root.href.length))) return resolved;
    return { ...resolved, url: `${resolved.url.split('?')[0]}?fault=${number}` };
  },
  load(url, context, next) {
    const number = /[?&]fault=(\w+)/.exec(url)?.[1];
    if (number === undefined) return next(url, context);
    const file = url.slice(root.href.length).split('?')[0] ?? '';
    if (file === 'test/arbitraries/runs.ts') return { format: 'module', source: fewRuns, shortCircuit: true };
    const copy = copies.get(number);
    return { format: 'module', source: copy?.file === file ? copy.code : codeOf(file), shortCircuit: true };
  },
});

/**
 * Loads modules with one changed.
 * @param number of its own for each fault.
 * @throws where the fault makes no program.
 */
export async function loadMutated(
  number: string,
  copy: { readonly file: string; readonly code: string } | undefined,
  modules: readonly string[],
): Promise<readonly unknown[]> {
  if (copy !== undefined) copies.set(number, copy);
  const loaded: unknown[] = [];
  for (const module of modules) loaded.push(await import(`${new URL(module, root).href}?fault=${number}`));
  return loaded;
}

export function pathOf(file: string): string {
  return fileURLToPath(new URL(file, root));
}
