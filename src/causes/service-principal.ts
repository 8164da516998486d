/** Is the service trusted under another name, or for another source than it called for? */
import { defineCause } from './cause.ts';
import { byService, byUser, trusting } from './example-cases.ts';
import { listed, shortened, unmet } from './wording.ts';

export const servicePrincipal = defineCause({
  id: 'service-principal',
  title: 'The service is trusted under another name or for another source',
  side: 'trust-policy',
  who: 'owner',
  means:
    'A service calls under one exact name; `states.us-east-1.amazonaws.com` and `states.amazonaws.com` are two. `aws:SourceArn` and `aws:SourceAccount` say for which resource it acts.',
  toldApart:
    'The caller is a service, and the statement names other services; or its condition on the source does not hold. A record does not show the source, so that this is likely at most.',
  fix: 'Name the service exactly as the record does; correct aws:SourceArn and aws:SourceAccount.',
  isIt: [
    {
      name: 'another service',
      event: byService('lambda.amazonaws.com'),
      policy: trusting({ Service: 'ec2.amazonaws.com' }),
      confidence: 'proved',
      says: 'lambda.amazonaws.com',
    },
    {
      name: 'a regional form',
      event: byService('states.amazonaws.com'),
      policy: trusting({ Service: 'states.us-east-1.amazonaws.com' }),
      confidence: 'proved',
      says: 'regional',
    },
    {
      name: 'another source',
      event: byService('scheduler.amazonaws.com'),
      policy: trusting(
        { Service: 'scheduler.amazonaws.com' },
        { StringEquals: { 'aws:SourceAccount': '444455556666' } },
      ),
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'the exact name',
      event: byService('lambda.amazonaws.com'),
      policy: trusting({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] }),
    },
    { name: 'a user calls', event: byUser(), policy: trusting({ Service: 'ec2.amazonaws.com' }) },
    { name: 'no service is trusted', event: byService('lambda.amazonaws.com'), policy: trusting('444455556666') },
  ],
  claimsPrincipal: ({ call: { caller }, statement: { principal }, where, effect }) => {
    if (caller.kind !== 'service' || effect === 'Deny') return undefined;
    const services = principal.entries.filter(({ type }) => type === 'Service');
    const bare = (name: string) => name.replace(/^([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d\./, '$1.');
    const regional = services.find(({ text }) => bare(text) === bare(caller.service));
    const [first] = services;
    if (first === undefined) return undefined;
    return {
      pointer: (regional ?? first).pointer,
      summary: `${where} trusts ${listed(
        services.map(({ text }) => text),
        'and',
      )}, and the caller is \`${shortened(caller.service)}\`${regional === undefined ? '' : ': of the two names one is a regional form'}.`,
    };
  },
  claimsCondition: (part) =>
    part.call.caller.kind === 'service' && /^aws:source(?:arn|account|owner|orgid|orgpaths)$/i.test(part.clause.key)
      ? { summary: unmet(part) }
      : undefined,
});
