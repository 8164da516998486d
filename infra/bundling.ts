/** How is an entry under functions/ made into one file? The stack and the tests that run the bundle both go by this. */

/** CommonJS parts of the bundle ask for `require`, which a module does not have. */
const requireBanner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** By the names of the CDK's `BundlingOptions`. */
export const bundling = {
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  sourceMap: true,
  sourcesContent: false,
  metafile: true,
  // The runtime's own SDK changes under us; the one of the lock file is the one that was tested.
  bundleAwsSDK: true,
  banner: requireBanner,
} as const;

/** The entries, by the names of their files. */
export const entries = ['trust-changed', 'assume-role-denied', 'trail-object', 'reconcile'] as const;
export type Entry = (typeof entries)[number];
