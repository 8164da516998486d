/** The request of a witness, as the naive evaluator takes it: read from the witness alone. */
import type { Witness } from '../../src/policy/compare/comparison.ts';
import type { NaiveRequest } from './naive-evaluator.ts';

/** Everything that follows from the caller is filled in by hand. */
export function naiveRequestOf(witness: Witness): NaiveRequest {
  const context = new Map(Object.entries(witness.context).map(([key, values]) => [key.toLowerCase(), values]));
  const actions = [witness.action, ...(witness.actions ?? [])];
  const fill = (key: string, value: string) => {
    if (!context.has(key)) context.set(key, [value]);
  };
  if (witness.service !== undefined) {
    fill('aws:principalisawsservice', 'true');
    fill('aws:principalservicename', witness.service);
    return { kind: 'service', account: '', name: witness.service, session: '', id: '', actions, context };
  }
  if (witness.federated !== undefined) {
    const saml = witness.federated.includes(':saml-provider/');
    if (!saml) fill('aws:federatedprovider', witness.federated);
    return { kind: saml ? 'saml' : 'web', account: '', name: witness.federated, session: '', id: '', actions, context };
  }
  const arn = witness.principal ?? '';
  const [, partition = '', service = '', , account = '', resource = ''] = arn.split(':');
  fill('aws:principalaccount', account);
  fill('aws:principalisawsservice', 'false');
  const id = (context.get('aws:userid')?.[0] ?? '').split(':')[0] ?? '';
  if (service === 'iam' && resource.startsWith('user/')) {
    fill('aws:principalarn', arn);
    fill('aws:username', resource.slice(resource.lastIndexOf('/') + 1));
    fill('aws:principaltype', 'User');
    return { kind: 'user', account, name: arn, session: '', id, actions, context };
  }
  const [, role = '', session = ''] = resource.split('/');
  fill('aws:principalarn', `arn:${partition}:iam::${account}:role/${role}`);
  fill('aws:principaltype', 'AssumedRole');
  return {
    kind: 'role',
    account,
    name: context.get('aws:principalarn')?.[0] ?? '',
    session,
    id,
    actions,
    context,
  };
}
