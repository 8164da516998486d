/** The completion scripts, each asked by its own shell what may come next; a shell that is not there is passed over. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { fakeIo } from './fake-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'trusttrail-completion-'));
writeFileSync(join(folder, 'policy.json'), '{}');

async function scriptOf(shell: string): Promise<string> {
  const io = fakeIo();
  await run(['completion', shell], io);
  expect(io.exitCode()).toBe(0);
  return io.printed();
}

/** What each shell is made to do: print what it would offer after a line, a word a line. */
const askedBy: Readonly<Record<string, (line: string) => string>> = {
  bash: (line) => {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined);
    return `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _trusttrail; printf '%s\\n' "\${COMPREPLY[@]}"`;
  },
  // The words of the completion system are replaced by ones that print, for there is no line editor.
  zsh: (line) => {
    const words = line.split(' ');
    return `
compadd() { while [[ $1 == -* ]] { shift }; print -l -- \${(M)@:#\${PREFIX}*} }
compset() { PREFIX=\${PREFIX#*=} }
_describe() { local name=\${@[-1]} one; for one in \${(P)name}; do one=\${one%%:*}; [[ $one == \${PREFIX}* ]] && print -r -- $one; done; true }
_files() { print -l -- \${PREFIX}*(N) }
words=(${words.map((word) => `'${word}'`).join(' ')}) CURRENT=${words.length} PREFIX='${words.at(-1)}'; _trusttrail`;
  },
  fish: (line) => `complete -C '${line}'`,
};

describe.for(Object.keys(askedBy))('%s', (shell) => {
  const found = spawnSync(shell, ['-c', 'exit 0']).status === 0;
  const ask = async (line: string): Promise<readonly string[]> => {
    const text = `${await scriptOf(shell)}\n${askedBy[shell]?.(line)}\n`;
    const file = join(folder, `ask.${shell}`);
    writeFileSync(file, text);
    const out = execFileSync(shell, [...(shell === 'bash' ? ['--norc'] : shell === 'zsh' ? ['-f'] : ['-N']), file], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    });
    return out.split('\n').flatMap((word) => (word === '' ? [] : [word.replace(/\t.*/, '')]));
  };

  test.skipIf(!found).for([
    ['trusttrail ch', ['check']],
    ['trusttrail --show', ['--show-external-ids']],
    ['trusttrail --debug che', ['check']],
    ['trusttrail check --fa', ['--fail-on']],
    ['trusttrail check --fail-on ', ['critical', 'high', 'low', 'medium']],
    ['trusttrail check --fail-on h', ['high']],
    ['trusttrail --debug audit --format s', ['sarif']],
    ['trusttrail check pol', ['policy.json']],
    ['trusttrail help dif', ['diff']],
    ['trusttrail completion ', ['bash', 'fish', 'zsh']],
    ['trusttrail rules public-principal-uncond', ['public-principal-unconditional']],
    ['trusttrail causes external-id-mism', ['external-id-mismatch']],
  ] as const)('%s', async ([line, words]) => {
    expect((await ask(line)).toSorted()).toEqual(words);
  });

  test.skipIf(!found)('a value after an equals sign', async () => {
    const words = await ask('trusttrail check --fail-on=h');
    expect(words.map((word) => word.replace('--fail-on=', ''))).toEqual(['high']);
  });
});
