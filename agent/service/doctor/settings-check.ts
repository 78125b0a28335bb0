import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { flagOf, withoutLogin } from '../../../runtime/settings.ts';
import { agentFail } from '../../errors.ts';
import { parseAddress } from '../../identity/addresses.ts';
import { agentSettings } from '../../settings.ts';
import type { Context } from './context.ts';
import { fail, failed, type Finding, ok, plain, warn, words } from './finding.ts';

const DAY_MS = 86_400_000;
/** A warning this long before the authority of the server ends. */
const SOON_MS = 30 * DAY_MS;

/** The configuration file, and where each setting came from. */
export async function checkSettings({ settings, sources, settingsError }: Context): Promise<readonly Finding[]> {
  if (settingsError !== undefined) return [failed('config', settingsError)];
  const file = sources.get('config');
  const where = file === undefined ? words('no configuration file', 'không có tệp cấu hình') : plain(file);
  const given = Array.from(sources).filter(([key]) => key !== 'config');
  return [
    ok('config', where),
    ...given.map(([key, source]): Finding => {
      const secret = (agentSettings as Record<string, { secret?: boolean }>)[key]?.secret === true;
      const value = secret ? '(…)' : withoutLogin(String(settings[key as keyof typeof settings]));
      return ok('setting', words(`${flagOf(key)} = ${value} (from ${source})`, `${flagOf(key)} = ${value} (từ ${source})`));
    }),
  ];
}

/** The authority that the server's certificate must be signed by. */
export async function checkCa({ settings, credentials }: Context, now = Date.now()): Promise<readonly Finding[]> {
  const text = settings.ca === undefined ? credentials?.broker.ca : readCa(settings.ca);
  if (text === undefined) {
    if (settings.server === undefined) return [];
    return [ok('ca', words('the authorities of this system are trusted', 'tin các nơi cấp chứng chỉ có sẵn của hệ thống'))];
  }
  const todo = words(
    'Take tls/ca.crt from the server again and install once more with --ca.',
    'Hãy lấy lại tls/ca.crt từ máy chủ và cài lại với --ca.',
  );
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return [fail('ca', words('the CA file is not a certificate', 'tệp CA không phải là chứng chỉ'), todo)];
  }
  const ends = certificate.validToDate;
  const day = ends.toISOString().slice(0, 10);
  if (now > ends.getTime()) return [fail('ca', words(`the CA certificate ended on ${day}`, `chứng chỉ CA đã hết hạn ngày ${day}`), todo)];
  if (now + SOON_MS > ends.getTime())
    return [warn('ca', words(`the CA certificate ends on ${day}`, `chứng chỉ CA sắp hết hạn (${day})`), todo)];
  return [ok('ca', words(`a certificate, valid until ${day}`, `chứng chỉ hợp lệ đến ${day}`))];
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw agentFail('AGENT_FILE_UNREADABLE', { path, flag: 'ca', why: (error as NodeJS.ErrnoException).code ?? '?' }, error);
  }
}

/** The address and the token that enrolment needs. */
export async function checkEnrolment(context: Context): Promise<readonly Finding[]> {
  const { settings, credentials, credentialsError, status } = context;
  if (settings.server !== undefined) parseAddress(settings.server, ['http:', 'https:'], settings.insecurePlain);
  if (status?.problem !== undefined) return [{ id: 'enrolment', level: 'fail', what: status.problem }];
  if (credentialsError !== undefined) return [failed('enrolment', credentialsError)];
  if (credentials !== undefined) {
    const { device, broker } = credentials;
    return [ok('enrolment', words(`device ${device}, broker ${broker.url}`, `thiết bị ${device}, broker ${broker.url}`))];
  }
  if (settings.server === undefined) return [failed('enrolment', agentFail('AGENT_NOT_ENROLLED', { what: '--server' }))];
  if (settings.token === undefined && settings.tokenFile === undefined)
    return [failed('enrolment', agentFail('AGENT_NOT_ENROLLED', { what: 'LABWATCH_TOKEN' }))];
  return [
    warn(
      'enrolment',
      words('not enrolled yet', 'chưa ghi danh'),
      words('Start the agent; it enrols with the token it has.', 'Hãy khởi động tác nhân; nó sẽ tự ghi danh bằng mã đã có.'),
    ),
  ];
}
