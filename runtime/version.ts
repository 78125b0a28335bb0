import packageJson from '../package.json' with { type: 'json' };

/** The version of this labwatch, from package.json: the one place that says it. */
export const VERSION: string = packageJson.version;
