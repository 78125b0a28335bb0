/** Bundled by light.test.ts: what the agent has of schemas, as it is in the executable. */
export { agentSettings } from '../../agent/settings.ts';
export { Credentials } from '../../agent/identity/credentials.ts';
export { decode } from '../../protocol/decode.ts';
export { PAYLOADS } from '../../protocol/payloads/index.ts';
export { commonSettings } from '../../runtime/common-settings.ts';
export { createLog } from '../../runtime/log.ts';
export { loadSettings } from '../../runtime/settings.ts';
