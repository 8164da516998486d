/** Is STS switched off in the region that was called? */
import { defineCause } from './cause.ts';
import { byUser, failing, trusting } from './example-cases.ts';

export const regionNotActivated = defineCause({
  id: 'region-not-activated',
  title: 'STS is not activated in that region',
  side: 'caller',
  who: 'caller',
  means: 'STS endpoints of opt-in regions, and those that an account switched off, refuse calls.',
  toldApart: 'The error code is RegionDisabledException.',
  fix: 'Activate the region, or call the STS endpoint of another.',
  isIt: [
    {
      name: 'the error code',
      event: failing(
        'RegionDisabledException',
        'STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.',
      ),
      confidence: 'proved',
    },
    {
      name: 'without its suffix',
      event: failing('RegionDisabled', 'STS is not activated in this region for account:111122223333.'),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'a condition on the region',
      event: byUser(null),
      policy: trusting('444455556666', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }),
    },
  ],
  fromRecord: ({ denial }) => {
    const { record, message } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    const account = /\baccount:? ?(\d{12})\b/.exec(text)?.[1];
    const owners = account !== undefined && account === denial.roleAccount && account !== record.userIdentity.accountId;
    return /^RegionDisabled/.test(code)
      ? {
          confidence: 'proved',
          summary: `STS is not activated in ${record.region ?? 'the region that was called'}${account === undefined ? '' : ` for account ${account}${owners ? ', the role’s' : ''}`}.`,
          ...(owners
            ? {
                who: 'owner' as const,
                fix: `Activate the region in account ${account}, or call the STS endpoint of another.`,
              }
            : {}),
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
