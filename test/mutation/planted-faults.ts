/**
 * Faults that somebody could make in the comparison and the evaluator, by name. Run by itself it plants each and prints,
 * one JSON line a fault, what the checks say to it.
 */
import { fault, referenceFor, subjectWith } from './focused-check.ts';
import { codeOf } from './load-mutated.ts';

export interface PlantedFault {
  readonly name: string;
  readonly file: string;
  /** Stands in the module's code once. */
  readonly find: string;
  readonly put: string;
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'the Deny statements of the other policy keep nobody out',
    file: 'src/policy/compare/question.ts',
    find: "...statementsOn(policy, 'Deny', action).map((statement) => matches(space, { statement })),",
    put: '',
  },
  {
    name: 'a negated operator does not hold where the key is missing',
    file: 'src/policy/compare/caller-space.ts',
    find: "set === undefined ? negated : set === 'ForAllValues'",
    put: "set === 'ForAllValues'",
  },
  {
    name: 'ForAllValues is taken for ForAnyValue',
    file: 'src/policy/compare/caller-space.ts',
    find: "quantifier: set === 'ForAnyValue' ? 'some' : 'every'",
    put: "quantifier: set === undefined ? 'every' : 'some'",
  },
  {
    name: 'a call that also tags is no call of its own',
    file: 'src/policy/compare/gained-access.ts',
    find: 'furtherActions.flatMap((one) => {',
    put: '[].flatMap((one) => {',
  },
  {
    name: 'a wildcard stands for one character at least',
    file: 'src/policy/compare/string-language.ts',
    find: "if (token?.kind === 'run') open.push(place + 1);",
    put: 'if (false) open.push(place + 1);',
  },
  {
    name: 'whoever loses is told of as gaining',
    file: 'src/policy/compare/compare.ts',
    find: 'const gained = gainedAccess(before, after,',
    put: 'const gained = gainedAccess(after, before,',
  },
  {
    name: 'IfExists does not hold where the key is missing',
    file: 'src/policy/compare/caller-space.ts',
    find: "absent = set === 'ForAnyValue' ? 'unsettled' : true",
    put: "absent = set === 'ForAnyValue' ? 'unsettled' : false",
  },
  {
    name: 'the evaluator takes a session for the role of that name in any account',
    file: 'src/policy/evaluate/principal-match.ts',
    find: 'return name.account === caller.account && name.partition === caller.partition;',
    put: 'return name.partition === caller.partition;',
  },
];

if (process.argv[1] === import.meta.filename) {
  const sound = await subjectWith('sound', undefined);
  const reference = referenceFor(sound, 150, 200);
  const say = (name: string, caught: string | null) => process.stdout.write(`${JSON.stringify({ name, caught })}\n`);
  say('none', fault(sound, reference) ?? null);
  for (const [at, { name, file, find, put }] of plantedFaults.entries()) {
    const code = codeOf(file);
    if (code.split(find).length !== 2) say(name, null);
    else {
      const subject = await subjectWith(`planted${at}`, { file, code: code.replace(find, () => put) });
      say(
        name,
        seen(() => fault(subject, reference)),
      );
    }
  }
}

function seen(ask: () => string | undefined): string | null {
  try {
    return ask() ?? null;
  } catch (error) {
    return String(error);
  }
}
