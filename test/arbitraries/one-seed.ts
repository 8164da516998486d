/** Which inputs do the properties see? The same at every ordinary run, so that a change is judged by itself; others in the deep run. */
import fc from 'fast-check';

if (process.env['TRUSTTRAIL_DEEP'] === undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_126 });
