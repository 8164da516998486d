/** One worker thread of `check`: policies come in as text, what is found in them goes out. */
import { parentPort } from 'node:worker_threads';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { type Among, type Checked, type CheckSettings, checkPolicy } from './check-policies.ts';
import type { PolicyInFile } from './policy-in-file.ts';

/** What all policies have in common; sent once. */
export interface CheckShared {
  readonly kind: 'shared';
  readonly settings: CheckSettings;
  readonly externalIds: Among['externalIds'];
}

/** A policy without what cannot be sent: its text in place of what was read of it. */
export interface PolicyToCheck extends Omit<PolicyInFile, 'input' | 'previous' | 'deployments'> {
  readonly text: string;
  readonly name: string;
  readonly role: PolicyInFile['input']['role'];
}

export interface CheckOrder {
  readonly kind: 'order';
  readonly id: number;
  readonly policies: readonly PolicyToCheck[];
}

export interface CheckAnswer {
  readonly id: number;
  readonly checked: readonly Checked[];
}

let shared: CheckShared | undefined;
const answers: Among['answers'] = new Map();

parentPort?.on('message', (message: CheckShared | CheckOrder) => {
  if (message.kind === 'shared') {
    shared = message;
    return;
  }
  if (shared === undefined) return;
  const { settings, externalIds } = shared;
  const checked = message.policies.map(({ text, name, role, ...one }) =>
    checkPolicy(
      { ...one, input: { name, parsed: parseTrustPolicy(text), role, withDocument: () => undefined } },
      settings,
      { externalIds, answers },
    ),
  );
  const answer: CheckAnswer = { id: message.id, checked };
  parentPort?.postMessage(answer);
});
